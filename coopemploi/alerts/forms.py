from django import forms

from ..robots import TrapMixin
from .lists import NotAListError, canonical, describe, export_of
from .models import Alert

NOT_A_LIST = "Cette adresse n'est pas celle d'une liste du site."
NO_LIST_MEANT = "Cette demande ne dit pas de quelle liste il s'agit."
TOO_LONG = "Cette liste a trop de filtres pour être suivie : retirez-en, puis recommencez."


class ListForm(forms.Form):
    """Which list is followed: its address on this site."""

    liste = forms.CharField(
        max_length=2000, error_messages={"required": NOT_A_LIST, "max_length": TOO_LONG}
    )

    def clean_liste(self):
        try:
            self.path, self.query = canonical(self.cleaned_data["liste"])
            self.export = export_of(self.path, self.query)
        except (NotAListError, ValueError) as error:
            raise forms.ValidationError(NOT_A_LIST, code="not_a_list") from error
        if len(self.query) > Alert._meta.get_field("query").max_length:
            raise forms.ValidationError(TOO_LONG, code="too_long")
        return self.cleaned_data["liste"]

    @property
    def title(self):
        return describe(self.export)


FREQUENCY_ERRORS = {
    "required": "Choisissez une fréquence.",
    "invalid_choice": "Choisissez une fréquence de la liste.",
}


class AlertForm(TrapMixin):
    email = forms.EmailField(
        label="Votre adresse e-mail",
        max_length=Alert._meta.get_field("address").max_length,
        error_messages={
            "required": "Indiquez votre adresse e-mail.",
            "invalid": "Cette adresse e-mail est incomplète.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    frequency = forms.ChoiceField(
        label="Un courriel au plus",
        choices=Alert.Frequency.choices,
        initial=Alert.Frequency.WEEKLY,
        widget=forms.RadioSelect,
        error_messages=FREQUENCY_ERRORS,
    )
    field_order = ["email", "frequency", "website"]


class MeantForm(forms.Form):
    """Which of the lists that one follows is meant, by the button that was pressed."""

    alerte = forms.IntegerField(min_value=1, required=False)
    arreter = forms.IntegerField(min_value=1, required=False)

    def clean(self):
        stopped, changed = (self.cleaned_data.get(name) for name in ("arreter", "alerte"))
        self.key, self.is_stop = stopped or changed, bool(stopped)
        if not self.key:
            raise forms.ValidationError(NO_LIST_MEANT, code="required")


class FrequencyForm(forms.ModelForm):
    class Meta:
        model = Alert
        fields = ["frequency"]
        error_messages = {"frequency": FREQUENCY_ERRORS}
