"""What is read in a text, as forms: each proposal kept, mended or dropped."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from coopemploi.admin import SpacedDecimalField
from coopemploi.fields import PartialDateFormField, WebAddressFormField
from coopemploi.figures import KeyFigure
from coopemploi.search.text import normalise
from events.models import Appearance, Attendance, EventActor, Objective, Session, Verbatim
from events.reading.people import CONTACT
from territories.models import StageChange

ATTENDED = (Attendance.Status.PRESENT, Attendance.Status.EXCUSED)
NEW = "new"
SPEAKING = Appearance.Role.values
# What a person did at the meeting, or that they were there, or are to be written to.
ROLES = [
    *Appearance.Role.choices,
    *((each.value, f"{each.label} seulement") for each in ATTENDED),
    (CONTACT, "contact du compte rendu"),
]


class ProposalForm(forms.Form):
    """One thing read in the text: what is not kept is not judged."""

    keep = forms.BooleanField(label="Garder", required=False)
    excerpt = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, names=None, noted=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.names, self.noted = names, noted

    def clean(self):
        if not self.cleaned_data.get("keep"):
            self._errors.clear()

    @property
    def is_kept(self):
        return self.cleaned_data.get("keep", False)

    @property
    def summary(self):
        """What it is about, in a few words, for the label of its tick."""
        names = ("label", "text", "title", "wording", "standfirst")
        if "last_name" in self.fields:
            parts = (self[name].value() or "" for name in ("first_name", "last_name"))
            said = " ".join(filter(None, parts))
        else:
            said = next((self[name].value() for name in names if name in self.fields), "")
        return Truncator(said or "").words(8)

    def mended(self):
        return [field for field in self.visible_fields() if field.name != "keep"]

    def _choose(self, name, candidates, first):
        """Offer (key, label) candidates, those sent beside the others."""
        self.fields[name].choices = [*first, *candidates]


class TimedProposal(ProposalForm):
    """When a meeting begins and ends."""

    start_time = forms.TimeField(label="De", required=False)
    end_time = forms.TimeField(label="À", required=False)

    def clean(self):
        said = self.cleaned_data
        start, end = said.get("start"), said.get("end")
        if start and end and start.earliest and end.latest and end.latest < start.earliest:
            self.add_error("end", ValidationError("La fin précède le début.", code="days_in_order"))
        first, last = said.get("start_time"), said.get("end_time")
        if first and last and last < first and (not end or end == start):
            self.add_error(
                "end_time",
                ValidationError("La rencontre finit avant de commencer.", code="times_in_order"),
            )
        super().clean()


class MeetingProposal(TimedProposal):
    """What the text says of the meeting itself."""

    standfirst = forms.CharField(
        label="Chapô", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    start = PartialDateFormField(label="Date de la rencontre", required=False, max_length=120)
    end = PartialDateFormField(label="Dernier jour", required=False, max_length=120)
    topic = forms.CharField(label="Thème de la rencontre", required=False, max_length=250)
    venue = forms.CharField(label="Lieu", required=False, max_length=200)

    field_order = ["keep", "standfirst", "topic", "start", "end", "start_time", "end_time", "venue"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.noted.meeting:
            if not self[name].value():
                del self.fields[name]

    def clean(self):
        for name in self.noted.meeting & self.fields.keys():
            if self.cleaned_data.get(name):
                wrong = "La fiche le dit déjà : videz ce champ, et corrigez-la s'il le faut."
                self.add_error(name, ValidationError(wrong, code="noted"))
        super().clean()


class ObjectiveProposal(ProposalForm):
    kind = forms.ChoiceField(label="Type", choices=Objective.Kind.choices)
    text = forms.CharField(label="Texte", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class PartyProposal(ProposalForm):
    role = forms.ChoiceField(label="Rôle", choices=EventActor.Role.choices)
    label = forms.CharField(label="Nom", max_length=200)
    actor = forms.ChoiceField(
        label="Sa fiche", required=False, help_text="Sans fiche, le nom reste tel qu'écrit."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._choose(
            "actor", self.names.actors_called(self["label"].value() or ""), [("", "aucune")]
        )


class FigureProposal(ProposalForm):
    value = SpacedDecimalField(
        label="Valeur", max_digits=14, decimal_places=2, localize=True, widget=forms.TextInput
    )
    unit = forms.CharField(label="Unité", required=False, max_length=30)
    qualifier = forms.ChoiceField(label="Précision", choices=KeyFigure.Qualifier.choices)
    label = forms.CharField(label="Ce que l'on compte", max_length=200)
    wording = forms.CharField(label="Tel qu'écrit", required=False, max_length=120)


class ResultProposal(FigureProposal):
    """A share of those who answered, as the text gives it."""

    label = forms.CharField(label="Ce qu'ils disent", max_length=200)
    base = forms.IntegerField(
        label="Nombre de répondants",
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Vide s'il n'est pas connu.",
    )
    base_label = forms.CharField(
        label="Qui a répondu", required=False, max_length=100, help_text="« personnes présentes »"
    )


class PersonProposal(ProposalForm):
    first_name = forms.CharField(label="Prénom", required=False, max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    person = forms.ChoiceField(label="Sa fiche", required=False)
    role = forms.ChoiceField(label="Rôle", choices=ROLES)
    title = forms.CharField(label="Fonction ce jour-là", required=False, max_length=200)
    topic = forms.CharField(label="Sujet de l'intervention", required=False, max_length=300)
    actor = forms.ChoiceField(label="Acteur ce jour-là", required=False)
    organisation = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first, last = self["first_name"].value() or "", self["last_name"].value() or ""
        new = [(NEW, "une personne nouvelle")] if self.names.may_add_people else []
        self._choose(
            "person",
            self.names.people_called(f"{first} {last}"),
            [("", "Choisir…"), *new],
        )
        self._choose(
            "actor",
            self.names.actors_called(self["organisation"].value() or ""),
            [("", "aucun")],
        )

    @property
    def full_name(self):
        names = (self.cleaned_data.get(name, "") for name in ("first_name", "last_name"))
        return normalise(" ".join(names)).strip()

    def clean(self):
        if self.cleaned_data.get("keep") and not self.cleaned_data.get("person", "x"):
            self.add_error(
                "person",
                ValidationError("Dites si c'est l'une de ces personnes.", code="which_person"),
            )
        if self.cleaned_data.get("role") == CONTACT and not (
            self.cleaned_data.get("title") or self.cleaned_data.get("actor")
        ):
            self.add_error(
                "title",
                ValidationError("Donnez une fonction ou un acteur au contact.", code="no_title"),
            )
        if self.cleaned_data.get("role") not in SPEAKING and self.cleaned_data.get("topic"):
            wrong = "Un sujet est celui d'une intervention : changez le rôle, ou videz-le."
            self.add_error("topic", ValidationError(wrong, code="no_speech"))
        self._check_function()
        super().clean()

    def _check_function(self):
        """A contact is noted under a function, which enters the person's own record."""
        said = self.cleaned_data
        person = said.get("person")
        if not said.get("keep") or said.get("role") != CONTACT or person in {None, "", NEW}:
            return
        function = {"title": said.get("title", ""), "actor": said.get("actor") or None}
        if not self.names.may_have_function(person, **function):
            wrong = "Vos droits ne permettent pas de donner une fonction à cette personne."
            self.add_error("person", ValidationError(wrong, code="not_theirs"))


class QuoteProposal(ProposalForm):
    text = forms.CharField(label="Propos", widget=forms.Textarea(attrs={"rows": 3}))
    author = forms.CharField(
        label="Auteur",
        required=False,
        max_length=200,
        help_text="Une personne gardée plus haut, ou personne.",
    )
    title = forms.CharField(
        label="À défaut de nom",
        required=False,
        max_length=200,
        help_text="« une habitante », « un élu ».",
    )
    idea = forms.CharField(label="Idée clé illustrée", required=False, max_length=400)
    fidelity = forms.ChoiceField(label="Fidélité", choices=Verbatim.Fidelity.choices)


class TerritoryProposal(ProposalForm):
    wording = forms.CharField(label="Nom dans le texte", max_length=150)
    territory = forms.ChoiceField(
        label="Territoire",
        required=False,
        help_text="Absent de la liste ? Corrigez le nom, puis enregistrez pour la revoir.",
    )
    stage = forms.ChoiceField(
        label="Étape ce jour-là", required=False, choices=[("", "–"), *StageChange.Stage.choices]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._choose(
            "territory",
            self.names.territories_called(self["wording"].value() or ""),
            [("", "Choisir…")],
        )

    def clean(self):
        if self.cleaned_data.get("keep") and not self.cleaned_data.get("territory", "x"):
            self.add_error(
                "territory",
                ValidationError("Choisissez le territoire, ou ne le gardez pas.", code="which"),
            )
        super().clean()


class ObstacleProposal(ProposalForm):
    wording = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    obstacle = forms.ChoiceField(
        label="Frein", required=False, help_text="Celui du vocabulaire qui le dit."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._choose("obstacle", self.names.all_obstacles(), [("", "Choisir…")])

    def clean(self):
        if self.cleaned_data.get("keep") and not self.cleaned_data.get("obstacle", "x"):
            wrong = "Choisissez le frein, ou ne le gardez pas."
            self.add_error("obstacle", ValidationError(wrong, code="which"))
        super().clean()


class SessionProposal(ProposalForm):
    kind = forms.ChoiceField(label="Type", choices=Session.Kind.choices)
    title = forms.CharField(label="Titre", max_length=200)
    question = forms.CharField(
        label="Question posée", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    outcome = forms.CharField(
        label="Ce qu'il en est sorti", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SectionProposal(ProposalForm):
    """What the text tells in sentences, under one of its titles."""

    title = forms.CharField(label="Titre", max_length=200)
    body = forms.CharField(
        label="Texte", widget=forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField"})
    )


class ActionProposal(ProposalForm):
    title = forms.CharField(label="Action", max_length=250)
    carriers = forms.CharField(
        label="Porteurs",
        required=False,
        max_length=600,
        help_text="Séparés par des points-virgules.",
    )
    involved = forms.CharField(
        label="Associés",
        required=False,
        max_length=600,
        help_text="Ceux avec qui elle se fait, sans la porter.",
    )
    due = PartialDateFormField(label="Échéance", required=False, max_length=120)
    reason = forms.CharField(
        label="Pourquoi", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    # The title of the proposed session that retained it.
    session = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def clean_carriers(self):
        return self._names("carriers", "Un porteur est trop long : séparez-les.")

    def clean_involved(self):
        return self._names("involved", "Un associé est trop long : séparez-les.")

    def _names(self, name, error):
        names = [each.strip() for each in self.cleaned_data[name].split(";")]
        if any(len(each) > 200 for each in names):
            raise ValidationError(error, code="too_long")
        return [each for each in names if each]


class LinkProposal(ProposalForm):
    title = forms.CharField(label="Titre", max_length=200)
    url = WebAddressFormField(label="Adresse web", max_length=500)
    is_replay = forms.BooleanField(label="C'est la vidéo de la rencontre", required=False)


class NextEventProposal(TimedProposal):
    title = forms.CharField(label="Titre", max_length=200)
    start = PartialDateFormField(label="Date", required=False, max_length=120)
    venue = forms.CharField(label="Lieu", required=False, max_length=200)
    summary = forms.CharField(
        label="Résumé",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Ce que le texte annonce.",
    )

    field_order = ["keep", "title", "start", "start_time", "end_time", "venue", "summary"]

    def clean(self):
        if self.noted.next_event:
            wrong = f"La prochaine rencontre est déjà dite : {self.noted.next_event}."
            self.add_error("title", ValidationError(wrong, code="noted"))
        super().clean()
