import re

from django import forms
from django.core.exceptions import ValidationError

from territories.models import Person

from .models import Introduction

STANDS, ANSWERED, OVER = "stands", "answered", "over"


class StillNeededForm(forms.Form):
    """What became of a need or an offer: one of three answers."""

    outcome = forms.ChoiceField(
        label="Où en êtes-vous ?",
        widget=forms.RadioSelect,
        choices=[
            (STANDS, "Toujours d'actualité"),
            (ANSWERED, "Résolu grâce à…"),
            (OVER, "Plus d'actualité"),
        ],
        error_messages={"required": "Choisissez l'une des trois réponses."},
    )
    answer = forms.CharField(
        label="Grâce à qui, ou à quoi ?",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Facultatif. Une ou deux phrases, visibles sur le site.",
    )

    def __init__(self, *args, is_offer=False, **kwargs):
        super().__init__(*args, **kwargs)
        if is_offer:
            self.fields["outcome"].choices = [
                choice for choice in self.fields["outcome"].choices if choice[0] != ANSWERED
            ]
            del self.fields["answer"]

    def apply(self, exchange):
        outcome = self.cleaned_data["outcome"]
        if outcome == STANDS:
            exchange.confirm()
        elif outcome == ANSWERED:
            exchange.resolve(self.cleaned_data["answer"])
        else:
            exchange.rest()


LINK = re.compile(r"https?:|www\.", re.IGNORECASE)


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return person.full_name


class IntroductionForm(forms.Form):
    """What is written to introduce two people; whoever animates also says whom."""

    seeker = PersonField(Person.objects.none(), label="Qui cherche", empty_label="Choisissez")
    helper = PersonField(Person.objects.none(), label="Qui peut aider", empty_label="Choisissez")
    message = forms.CharField(
        label="Votre message",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Sans lien. Il part par le site, sans votre adresse.",
        error_messages={"required": "Écrivez quelques mots."},
    )

    def __init__(self, *args, people=None, why="", **kwargs):
        """`people` {side: who can be written to}, for whoever animates; None for a participant,
        who is asked `why` when no record of theirs says it."""
        super().__init__(*args, **kwargs)
        if why:
            self.fields["message"].label = why
            self.fields["message"].widget.attrs["rows"] = 3
        for side in Introduction.SIDES:
            if people is None:
                del self.fields[side]
            else:
                self.fields[side].queryset = people[side]
                self.fields[side].error_messages["required"] = "Choisissez une personne."

    def clean_message(self):
        message = self.cleaned_data["message"]
        if LINK.search(message):
            raise ValidationError("Retirez les liens de votre message.", code="link")
        return message

    def clean(self):
        seeker, helper = (self.cleaned_data.get(side) for side in Introduction.SIDES)
        if seeker and seeker == helper:
            self.add_error("helper", "C'est la même personne.")
        return self.cleaned_data


class IntroductionAnswerForm(forms.Form):
    """Yes, or no; and for who was bothered, no more of it."""

    answer = forms.ChoiceField(
        label="Votre réponse",
        widget=forms.RadioSelect,
        choices=[
            (Introduction.Answer.ACCEPTED, "Oui, mettez-nous en relation"),
            (Introduction.Answer.DECLINED, "Non merci"),
        ],
        error_messages={"required": "Choisissez l'une des deux réponses."},
    )
    blocks = forms.BooleanField(
        label="Ne plus rien recevoir de cette personne",
        required=False,
        help_text="Elle n'en saura rien.",
    )
    report = forms.CharField(
        label="Signaler ce message",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facultatif. Dites à l'équipe du site ce qui ne va pas.",
    )


class IntroductionOutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Est-ce que cela a aidé ?",
        widget=forms.RadioSelect,
        choices=[
            (Introduction.Outcome.HELPED, "Oui, cela a aidé"),
            (Introduction.Outcome.UNDER_WAY, "C'est en cours"),
            (Introduction.Outcome.NOT_HELPED, "Non"),
        ],
        error_messages={"required": "Choisissez l'une des trois réponses."},
    )
    story = forms.CharField(
        label="Racontez en une phrase",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facultatif. Si cela a aidé, votre besoin passe en « résolu » et cette phrase "
        "se lit sur le site.",
    )

    def __init__(self, *args, tells_story, **kwargs):
        """`tells_story`: asked of who had the need."""
        super().__init__(*args, **kwargs)
        if not tells_story:
            del self.fields["story"]
