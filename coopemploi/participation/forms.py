from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from territories.models import Actor, Person

from ..robots import TrapMixin
from .models import Proposal
from .permissions import MODELS, actors_of

FIELDS = {
    Proposal.Kind.INITIATIVE: (
        "title",
        "summary",
        "body",
        "stage",
        "worked",
        "did_not_work",
        "how_to_redo",
    ),
    Proposal.Kind.NEED: ("text", "details", "kind"),
    Proposal.Kind.OFFER: ("text", "details", "kind"),
    Proposal.Kind.RESOURCE: ("kind", "title", "summary", "url"),
    Proposal.Kind.ACTOR: ("description", "website"),
}


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["first_name", "last_name", "email_is_public", "phone", "phone_is_public"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A name that documents already give is corrected by whoever keeps them.
        for name in ("first_name", "last_name"):
            if self.instance.pk:
                del self.fields[name]
            else:
                self.fields[name].required = True


class BelongingForm(forms.Form):
    title = forms.CharField(
        label="Votre fonction",
        max_length=200,
        required=False,
        help_text="« chargée de mission », « maire »… Elle se lira sur la fiche de l'acteur.",
    )


class DecisionForm(forms.Form):
    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne le recevra. À écrire si vous refusez.",
    )

    def __init__(self, *args, is_refusal=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_refusal = is_refusal

    def clean_comment(self):
        comment = self.cleaned_data["comment"].strip()
        if self.is_refusal and not comment:
            raise ValidationError("Dites pourquoi, en une phrase.", code="required")
        return comment


class DeletionForm(forms.Form):
    is_sure = forms.BooleanField(
        label="Je veux supprimer mon compte",
        error_messages={"required": "Cochez la case pour confirmer."},
    )


def sheet_form(kind):
    """The class of the form of what a kind of record says in words."""
    return forms.modelform_factory(
        MODELS[kind],
        fields=FIELDS[kind],
        formfield_callback=_field,
    )


def _field(field, **kwargs):
    if isinstance(field, models.URLField):
        kwargs["assume_scheme"] = "https"
    return field.formfield(**kwargs)


class AuthorForm(TrapMixin):
    """Who proposes: a participant, for one of their actors; a visitor, who says who they are."""

    name = forms.CharField(label="Votre nom", max_length=100)
    email = forms.EmailField(
        label="Votre adresse e-mail",
        help_text="Pour vous dire ce qu'il en devient. Elle n'est pas publiée.",
    )
    actor = forms.ModelChoiceField(
        Actor.objects.none(), label="Au nom de", required=False, empty_label="Moi seulement"
    )
    message = forms.CharField(
        label="Un mot à qui relit",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facultatif : d'où vous le tenez, où cela se passe…",
    )

    def __init__(self, *args, user, is_correction=False, is_edit=False, **kwargs):
        super().__init__(*args, **kwargs)
        if user.is_authenticated:
            del self.fields["name"], self.fields["email"]
            self.fields["actor"].queryset = actors_of(user)
        if not user.is_authenticated or is_edit or is_correction:
            del self.fields["actor"]
        if is_correction:
            self.fields["message"].label = "Ce qu'il faut corriger"
            self.fields["message"].required = True
            self.fields["message"].help_text = ""
