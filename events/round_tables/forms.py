from django import forms
from django.core.exceptions import ValidationError

from events.models import RoundTableItem
from territories.models import Actor

from .cells import MEDIUM, SHORT, read_line
from .drafts import LONGEST_NAME, LONGEST_NOTE, NEW, NONE, UNDECIDED
from .grid import MOST_BYTES
from .reading import (
    LONGEST_LABEL,
    UnreadableRoundTableError,
    read_round_table,
    sheets_to_choose,
)

Column, Outcome = RoundTableItem.Column, RoundTableItem.Outcome
MORE_PEOPLE = 2
MOST_PEOPLE = 200
LINE = 100  # characters that a text area shows on a line
LONGEST_ITEM = 5000

# name of the field: (column, horizon, label)
CELLS = {
    "demarches": (Column.DEMARCHE, "", "Démarches engagées"),
    "challenges": (Column.CHALLENGE, "", "Défis"),
    "challenges_short": (Column.CHALLENGE, SHORT, "Défis à court terme"),
    "challenges_medium": (Column.CHALLENGE, MEDIUM, "Défis à moyen terme"),
    "needs": (Column.NEED, "", "Je cherche"),
    "offers": (Column.OFFER, "", "Je mets à disposition"),
}


class ReceiveForm(forms.Form):
    """A tour de table, pasted or as a file."""

    text = forms.CharField(
        label="Collez le tableau",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField"}),
        help_text="Depuis un tableur, une page web ou un courriel, avec sa ligne de titres.",
    )
    file = forms.FileField(
        label="ou envoyez un fichier",
        required=False,
        help_text="XLSX, ODS, CSV, HTML ou texte ; 10 Mo au plus.",
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods,.html,.htm"}),
        error_messages={
            "empty": "Ce fichier est vide.",
            "max_length": "Le nom de ce fichier est trop long : 200 caractères au plus.",
        },
    )

    # Asked of a workbook of which several sheets could be read.
    sheet = forms.CharField(
        label="Feuille à lire", required=False, max_length=200, widget=forms.HiddenInput
    )

    def clean(self):
        text, file = self.cleaned_data.get("text"), self.cleaned_data.get("file")
        sheet = self.cleaned_data.get("sheet")
        if self.errors:
            return
        if not file and not (text or "").strip():
            raise forms.ValidationError("Collez un tableau, ou choisissez un fichier.")
        if file and (text or "").strip():
            raise forms.ValidationError("Choisissez : un tableau collé, ou un fichier.")
        name = "file" if file else "text"
        if file and file.size > MOST_BYTES:
            self.add_error("file", "Ce fichier dépasse 10 Mo : gardez le seul tableau.")
            return
        source = file.read() if file else text
        try:
            if file and not sheet and (choices := sheets_to_choose(source)):
                self._ask_sheet(choices)
                return
            self.cleaned_data["reading"] = read_round_table(source, sheet if file else "")
        except UnreadableRoundTableError as error:
            self.add_error(name, str(error))

    def _ask_sheet(self, names):
        """A browser gives no file twice of itself: it is to be sent again."""
        self.fields["sheet"].widget = forms.RadioSelect(choices=[(name, name) for name in names])
        self.add_error(
            "sheet",
            f"Ce classeur a {len(names)} feuilles qui sont des tours de table : choisissez-en une, "
            "puis choisissez de nouveau le fichier.",
        )


class CellsForm(forms.Form):
    """The columns of a contribution: one item a line."""

    def __init__(self, *args, items=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name, (column, horizon, label) in CELLS.items():
            texts = [i["text"] for i in items if (i["column"], i["horizon"]) == (column, horizon)]
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=20_000,
                initial="\n".join(" ".join(text.split()) for text in texts),
                help_text="Un élément par ligne.",
                widget=forms.Textarea(attrs={"rows": _rows(texts)}),
            )

    @property
    def cells(self):
        return [self[name] for name in CELLS]

    def items(self):
        return [
            {"column": column, "text": text[:LONGEST_ITEM], "horizon": horizon}
            for name, (column, horizon, _) in CELLS.items()
            for line in self.cleaned_data[name].splitlines()
            if (text := read_line(line))
        ]


def _rows(texts):
    """The height of a text area that shows its items, those on several lines too."""
    return min(16, max(2, 1 + sum(1 + len(text) // LINE for text in texts)))


class StateForm(forms.Form):
    """Carries the state of what its page showed: one drawn from another state writes nothing."""

    CHANGED = "Ce que montrait la page a changé entre-temps."

    state = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, state, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["state"] = self.state_now = state

    def clean_state(self):
        if self.cleaned_data["state"] != self.state_now:
            # Sent again, it is with knowledge of what changed.
            self.data = self.data.copy()
            self.data["state"] = self.state_now
            raise ValidationError(self.CHANGED, code="changed")

    @property
    def is_stale(self):
        return self.has_error("state", "changed")

    @property
    def status(self):
        """Of the page that gives the form back, whose errors are to be read."""
        return (409 if self.is_stale else 400) if self.is_bound else 200


class DraftForm(StateForm, CellsForm):
    """A contribution to correct: who speaks, for whom, and what they say."""

    CHANGED = (
        "Quelqu'un a changé cette contribution entre-temps : rien n'est enregistré. Ce que vous "
        "avez écrit est ci-dessous, avec ce qui est gardé à présent là où c'est autre chose. "
        "Reprenez ce qui doit l'être, puis gardez vos corrections."
    )

    def __init__(self, *args, data, **kwargs):
        super().__init__(*args, items=data["items"], **kwargs)
        self.data_before = data
        self.people_count = max(len(data["people"]) + MORE_PEOPLE, self._people_sent())
        for number in range(self.people_count):
            part = self._person_at(number) or {"name": "", "title": ""}
            self._name(f"person_{number}", f"Personne {number + 1}", part["name"])
            self.fields[f"person_{number}_title"] = forms.CharField(
                label="Fonction ce jour-là",
                required=False,
                max_length=LONGEST_NAME,
                initial=part["title"],
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            )
            self._choice(
                f"person_{number}",
                self._meant_at(number) or part,
                "Créer cette personne",
                "Ne pas la nommer",
            )
        self._name("actor", "Acteur", data["actor"]["name"])
        self._choice("actor", data["actor"], "Créer cet acteur, en brouillon", "Sans acteur")
        self.fields["actor_kind"] = forms.ChoiceField(
            label="Type, s'il est à créer",
            choices=Actor.Kind.choices,
            required=False,
            initial=data["actor"].get("kind") or Actor.Kind.OTHER,
        )
        self._name("territory", "Territoire", data["territory"]["name"])
        self._choice("territory", data["territory"], "", "Sans territoire")
        for name, label, longest in (
            ("label", "Tel qu'écrit", LONGEST_LABEL),
            ("note", "Remarque", LONGEST_NOTE),
        ):
            self._name(name, label, data[name], longest)
        for field in self.fields.values():
            field.kept_now = ""

    def _people_sent(self):
        """How many people the page had, which may be more than there are now."""
        if not self.is_bound:
            return 0
        return sum(f"person_{number}" in self.data for number in range(MOST_PEOPLE))

    def _person_at(self, number):
        people = self.data_before["people"]
        return people[number] if number < len(people) else None

    def _meant_at(self, number):
        """The person of the contribution that the name sent means, wherever they are now."""
        here = self._person_at(number)
        if not self.is_bound:
            return here
        sent = self._sent(f"person_{number}")
        people = [*([here] if here else []), *self.data_before["people"]]
        return next((part for part in people if part["name"] == sent), here)

    def clean(self):
        super().clean()
        if self.is_stale:
            for name, field in self.fields.items():
                now = self.get_initial_for_field(field, name) or ""
                sent = (self[name].value() or "").replace("\r\n", "\n")  # as browsers send lines
                if name != "state" and sent != now:
                    said = dict(field.choices).get(now, now) if hasattr(field, "choices") else now
                    field.kept_now = said or "rien"

    def _name(self, name, label, initial, longest=LONGEST_NAME):
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=longest,
            initial=initial,
            widget=forms.TextInput(attrs={"class": "vTextField"}),
        )

    def _choice(self, name, part, new, none):
        choices = (
            [
                (key, f"{label} – {reason}" if reason else label)
                for key, label, reason in part["options"]
            ]
            if "options" in part
            else []
        )
        if "choice" not in part:
            choices.append((UNDECIDED, "Cherchée parmi les fiches"))
        else:
            if part["choice"] == UNDECIDED:
                choices.insert(0, (UNDECIDED, "À choisir"))
            if new:
                choices.append((NEW, new))
            choices.append((NONE, none))
        self.fields[f"{name}_choice"] = forms.ChoiceField(
            label="C'est",
            choices=choices,
            required=False,
            initial=part.get("choice", UNDECIDED),
        )
        if self.is_bound and self._sent(name) != part["name"]:
            # Looked for anew: what was chosen was of another name.
            self.fields[f"{name}_choice"].valid_value = lambda value: True

    def _sent(self, name):
        return " ".join((self.data.get(name) or "").split())

    @property
    def people(self):
        return [
            (self[f"person_{n}"], self[f"person_{n}_title"], self[f"person_{n}_choice"])
            for n in range(self.people_count)
        ]

    @property
    def parties(self):
        return [
            (self["actor"], self["actor_choice"], self["actor_kind"]),
            (self["territory"], self["territory_choice"], None),
        ]

    def draft_data(self):
        """The data as corrected; a name that changed loses its options, to be settled again."""
        said = self.cleaned_data
        people = []
        for number in range(self.people_count):
            name = " ".join(said[f"person_{number}"].split())
            if not name:
                continue
            part = self._part(name, self._meant_at(number), said[f"person_{number}_choice"])
            people.append({**part, "title": said[f"person_{number}_title"].strip()})
        actor, territory = (
            self._part(said[name].strip(), self.data_before[name], said[f"{name}_choice"])
            for name in ("actor", "territory")
        )
        if "choice" in actor:
            actor["kind"] = said["actor_kind"] or Actor.Kind.OTHER
        return {
            **self.data_before,
            "label": said["label"].strip(),
            "note": said["note"].strip(),
            "people": people,
            "actor": actor,
            "territory": territory,
            "items": self.items(),
        }

    def _part(self, name, before, choice):
        if before is None or before["name"] != name:
            return {"name": name}
        return {**before, "choice": choice}


class MoveForm(StateForm):
    """What leaves a contribution, and for which other one."""

    CHANGED = (
        "Quelqu'un a changé cette contribution entre-temps : rien n'est déplacé. La voici telle "
        "qu'elle est ; cochez de nouveau ce qui part."
    )

    def __init__(self, *args, draft, others, **kwargs):
        super().__init__(*args, **kwargs)
        labels = dict(Column.choices)
        self.fields["people"] = self._several(
            "Personnes", [(str(n), part["name"]) for n, part in enumerate(draft.data["people"])]
        )
        self.fields["items"] = self._several(
            "Éléments",
            [
                (str(n), f"{labels[item['column']].capitalize()} : {item['text']}")
                for n, item in enumerate(draft.data["items"])
            ],
        )
        self.fields["target"] = forms.ChoiceField(
            label="Vers",
            choices=[("", "Une nouvelle contribution, juste après"), *others],
            required=False,
        )

    def _several(self, label, choices):
        return forms.MultipleChoiceField(
            label=label,
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self):
        if self.is_stale:
            # The lines that were ticked may be others by now.
            for name in ("people", "items"):
                self.data.pop(name, None)
                self.errors.pop(name, None)
        if not self.errors and not (self.cleaned_data["people"] or self.cleaned_data["items"]):
            raise forms.ValidationError("Cochez ce qui part.")

    def chosen(self, name):
        return {int(number) for number in self.cleaned_data[name]}


class VersionForm(forms.Form):
    """The state that was on the page when its button was pressed."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class SortForm(forms.Form):
    """What becomes of the items ticked, or of the one whose button was pressed."""

    USUAL = "usual"

    items = forms.ModelMultipleChoiceField(RoundTableItem.objects.none(), required=False)
    outcome = forms.ChoiceField(
        label="Les éléments cochés deviennent",
        choices=[(USUAL, "ce que dit leur colonne"), *Outcome.choices],
        required=False,
    )
    together = forms.BooleanField(label="en une seule fiche", required=False)
    all = forms.BooleanField(required=False)
    one = forms.RegexField(r"[0-9]{1,18}:[a-z]{1,10}", required=False)

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = RoundTableItem.objects.filter(entry__event=event)
        self.fields["items"].queryset = self.found

    def clean(self):
        if self.errors:
            return
        if one := self.cleaned_data["one"]:
            pk, outcome = one.split(":")
            items = list(self.found.filter(pk=pk)) if int(pk) < 2**63 else []
            known = outcome in Outcome.values
            if not items or not known:
                raise forms.ValidationError("Cet élément n'est plus là : relisez la page.")
            self.cleaned_data |= {"items": items, "outcome": outcome, "together": False}
        elif self.cleaned_data["all"]:
            pending = self.found.filter(outcome=Outcome.PENDING)
            self.cleaned_data |= {"items": list(pending), "outcome": "", "together": False}
        elif not self.cleaned_data["items"]:
            raise forms.ValidationError("Cochez des éléments, ou choisissez pour un seul.")

    @property
    def wanted(self):
        """The outcome, None for the usual one of each column."""
        said = self.cleaned_data["outcome"]
        return None if said in ("", self.USUAL) else Outcome(said)
