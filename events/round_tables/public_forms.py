"""The forms of participants: the code of their room, then their contribution."""

import secrets

from django import forms
from django.core.exceptions import ValidationError

from coopemploi.robots import TrapMixin
from events.forms import LineField
from events.models import RoundTableBatch
from territories.forms import ActorInput, TerritoryInput

from .drafts import empty_data, said_in
from .forms import CELLS, CellsForm, StateForm
from .reading import LONGEST_LABEL

MOST_ITEMS = 60  # of one participant


class CodeForm(forms.Form):
    """The code that a room reads on its screen."""

    code = forms.CharField(
        label="Code affiché dans la salle",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": "Indiquez le code affiché dans la salle."},
    )

    def clean_code(self):
        code = "".join(filter(str.isalnum, self.cleaned_data["code"])).upper()
        open_now = RoundTableBatch.objects.collecting()
        self.batch = open_now.filter(code=code).first() if code else None
        if self.batch is None:
            raise ValidationError(
                "Aucun formulaire ouvert n'a ce code : relisez-le, ou demandez à l'animateur.",
                code="unknown",
            )
        return code


class ContributionForm(StateForm, CellsForm, TrapMixin):
    """The grid that a participant fills in: who they are, then one item a line."""

    CHANGED = (
        "Cette contribution a été changée entre-temps, dans un autre onglet ou par l'équipe. Ce "
        "qui est noté à présent est sous le formulaire : reprenez ce qui doit l'être, puis "
        "enregistrez de nouveau."
    )

    HELP = {
        "demarches": "Où en est votre territoire ? Quelles actions sont déjà engagées ?",
        "challenges": "Ce qui vous résiste, sans échéance particulière.",
        "needs": "« Un exemple de charte », « comment animer un club d'entreprises ? »…",
        "offers": "Une méthode, un retour d'expérience, un contact, un outil, un lieu…",
    }

    name = LineField(
        label="Votre prénom et votre nom",
        max_length=100,
        error_messages={
            "required": "Indiquez votre nom.",
            "max_length": "Ce nom dépasse %(limit_value)d caractères.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    title = LineField(label="Votre fonction (facultatif)", max_length=150, required=False)
    actor = LineField(
        label="Votre structure (facultatif)",
        max_length=150,
        required=False,
        widget=ActorInput(attrs={"autocomplete": "organization"}),
    )
    territory = LineField(
        label="Votre territoire (facultatif)",
        max_length=150,
        required=False,
        help_text="Une commune, une intercommunalité, un département… Comme vous le dites.",
        widget=TerritoryInput,
    )
    # Drawn with the page, so that a second touch is no second contribution.
    once = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, data_before=None, state="", **kwargs):
        self.is_known = data_before is not None
        self.data_before = before = data_before or empty_data()
        super().__init__(*args, items=before["items"], state=state, **kwargs)
        self.initial["once"] = secrets.token_urlsafe(16)
        for name, text in self.HELP.items():
            self.fields[name].help_text = f"Un élément par ligne. {text}"
        if self.is_known:
            person = (before["people"] or [{"name": "", "title": ""}])[0]
            self.initial |= {
                "name": person["name"],
                "title": person["title"],
                "actor": before["actor"]["name"],
                "territory": before["territory"]["name"],
            }

    def clean(self):
        if self.is_stale and self._is_overtaken():
            raise ValidationError(self.CHANGED, code="changed")
        self.errors.pop("state", None)
        if self.errors:
            return
        if not self.items():
            raise ValidationError("Écrivez une ligne au moins.", code="empty")
        if sum(len(self.cleaned_data[name].splitlines()) for name in CELLS) > MOST_ITEMS:
            raise ValidationError("Gardez l'essentiel : soixante éléments au plus.")

    def _is_overtaken(self):
        """Whether something else is recorded than the very same, sent by a first touch."""
        is_alone = set(self.errors) == {"state"}
        return self.is_known and not (is_alone and said_in(self.data_before) == said_in(self.said))

    @property
    def kept(self):
        """(label, value) of what is recorded now."""
        return [(field.label, field.initial) for field in self.fields_for_people if field.initial]

    @property
    def said(self):
        """What goes into the data of a draft."""
        data = self.cleaned_data
        label = " / ".join(filter(None, (data["name"], data["title"], data["actor"])))
        return {
            "label": label[:LONGEST_LABEL],
            "people": [{"name": data["name"], "title": data["title"]}],
            "actor": {"name": data["actor"]},
            "territory": {"name": data["territory"]},
            "items": self.items(),
        }
