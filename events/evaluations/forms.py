import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ..models import Question

MOST_LINKS = 300


class AnswersForm(forms.Form):
    """The questions of an evaluation; each may be left, one at least is answered."""

    def __init__(self, data, questions):
        super().__init__(data)
        self.questions = {f"question-{question.pk}": question for question in questions}
        for name, question in self.questions.items():
            self.fields[name] = self._field(question)

    def _field(self, question):
        if question.kind == Question.Kind.FREE_TEXT:
            return forms.CharField(
                label=question.text,
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text="N'écrivez rien qui vous désigne : cette réponse est sans nom.",
            )
        ends = "1 : pas du tout. 5 : tout à fait." if question.kind == Question.Kind.SCALE else ""
        return forms.ChoiceField(
            label=question.text,
            required=False,
            choices=question.answers,
            widget=forms.RadioSelect,
            help_text=ends,
        )

    @property
    def unasked(self):
        """The keys of the questions that are answered, and that it asks no more."""
        names = [name for name in self.data if re.fullmatch(r"question-[0-9]{1,18}", name)]
        return [name.removeprefix("question-") for name in names if name not in self.questions]

    @property
    def asks_for_words(self):
        kinds = {question.kind for question in self.questions.values()}
        return Question.Kind.FREE_TEXT in kinds

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not any(cleaned.values()):
            raise ValidationError("Répondez à une question au moins.", code="empty")
        return cleaned

    @property
    def answers(self):
        """{question: what was answered}, those left out."""
        return {
            question: self.cleaned_data[name]
            for name, question in self.questions.items()
            if self.cleaned_data.get(name)
        }


class WrittenForm(forms.Form):
    """What was answered to questions that are no more, of which `asked` holds {key: text}."""

    def __init__(self, data, asked):
        super().__init__(data)
        for key, text in asked.items():
            self.fields[f"question-{key}"] = forms.CharField(label=text, widget=forms.Textarea)


class AddressesForm(forms.Form):
    """Addresses pasted from anywhere: « Camille <camille@example.org>; … »."""

    addresses = forms.CharField(
        label="Adresses",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=(
            "Une par ligne, ou séparées par des virgules. Elles ne sont pas gardées : "
            "chacune reçoit son lien, le même si vous recommencez."
        ),
    )

    def clean_addresses(self):
        pieces = re.split(r"[\s,;<>()\"]+", self.cleaned_data["addresses"])
        addresses = list(dict.fromkeys(piece.lower() for piece in pieces if "@" in piece))
        wrong = [address for address in addresses if not self._is_address(address)]
        if wrong:
            shown = ", ".join(wrong[:5])
            raise ValidationError(f"À corriger, rien n'est parti : {shown}.", code="invalid")
        if not addresses:
            raise ValidationError("Aucune adresse e-mail là-dedans.", code="none")
        return addresses

    def _is_address(self, text):
        try:
            validate_email(text)
        except ValidationError:
            return False
        return True


class LinksForm(forms.Form):
    count = forms.IntegerField(
        label="Nombre de liens",
        min_value=1,
        max_value=MOST_LINKS,
        initial=20,
        help_text="À imprimer ou à copier : un par personne, chacun sert une fois.",
    )
