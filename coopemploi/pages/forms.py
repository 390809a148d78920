from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from ..filters import WordsField
from ..robots import TrapMixin
from ..search.text import storable


class SearchForm(forms.Form):
    q = WordsField(label="Mots cherchés")

    @property
    def query(self):
        self.is_valid()
        return self.cleaned_data["q"]

    @property
    def is_cut(self):
        return len(self.data.get("q", "")) > WordsField.MAX_LENGTH


def one_line(text):
    """`text` on one line, so that it can stand in the header of a mail."""
    return " ".join(text.split())


EMAIL_EXAMPLE = "«\N{NO-BREAK SPACE}prenom.nom@exemple.fr\N{NO-BREAK SPACE}»"


class ContactForm(TrapMixin):
    SUBJECT_MAX_LENGTH = 150
    MESSAGE_MAX_LENGTH = 5000

    name = forms.CharField(
        label="Votre nom",
        max_length=100,
        error_messages={"required": "Indiquez votre nom."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Votre adresse e-mail",
        help_text=f"Pour vous répondre, par exemple {EMAIL_EXAMPLE}.",
        error_messages={
            "required": "Indiquez votre adresse e-mail.",
            "invalid": f"Adresse incomplète. Écrivez par exemple {EMAIL_EXAMPLE}.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    subject = forms.CharField(
        label="Objet",
        max_length=SUBJECT_MAX_LENGTH,
        error_messages={"required": "Indiquez l'objet de votre message."},
    )
    message = forms.CharField(
        label="Votre message",
        error_messages={"required": "Écrivez votre message."},
        validators=[
            MaxLengthValidator(
                MESSAGE_MAX_LENGTH,
                "Votre message dépasse %(limit_value)d caractères (il en a %(show_value)d).",
            )
        ],
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def clean_name(self):
        return self._clean_line("name")

    def clean_subject(self):
        return self._clean_line("subject")

    def _clean_line(self, name):
        line = one_line(self.cleaned_data[name])
        if not line:
            raise ValidationError(self.fields[name].error_messages["required"], code="required")
        return line

    def clean_message(self):
        return storable(self.cleaned_data["message"])
