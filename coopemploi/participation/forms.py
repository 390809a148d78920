from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import url_has_allowed_host_and_scheme

from territories.models import Actor, Person

from ..filters import WordsField
from ..robots import TrapMixin
from ..search.text import storable
from .models import Proposal
from .permissions import actors_of


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["first_name", "last_name", "email_is_public", "phone", "phone_is_public"]
        # The model's words speak of a person to those who keep the record.
        labels = {
            "email_is_public": "Tout le monde peut voir mon adresse e-mail",
            "phone_is_public": "Tout le monde peut voir mon téléphone",
        }

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

    leave = forms.MultipleChoiceField(
        label="Ne pas reprendre", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, is_refusal=False, changes=(), **kwargs):
        """`changes` {name: label} of a sheet that exists, each of which may be left out."""
        super().__init__(*args, **kwargs)
        self.is_refusal = is_refusal
        if changes:
            self.fields["leave"].choices = changes.items()
        else:
            del self.fields["leave"]

    def clean_leave(self):
        left = self.cleaned_data["leave"]
        if not self.is_refusal and len(left) == len(self.fields["leave"].choices):
            raise ValidationError(
                "Vous ne reprenez rien : refusez plutôt, en disant pourquoi.", code="nothing"
            )
        return left

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


class PageField(forms.CharField):
    """The address of a page of this site, to correct; "" for what is none."""

    MAX_LENGTH = Proposal._meta.get_field("page").max_length

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value):
        page = storable(super().to_python(value))[: self.MAX_LENGTH]
        is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
        return page if is_ours else ""


class StartForm(forms.Form):
    """What the page that one comes from knows: the words searched, the place looked at."""

    texte = WordsField()
    lieu = WordsField()

    @property
    def initial_of_a_sheet(self):
        self.is_valid()
        place = self.cleaned_data["lieu"]
        text = " ".join(self.cleaned_data["texte"].split())
        return {"text": text, "territories": [place] if place else []}


class AuthorForm(TrapMixin):
    """Who proposes: a participant, for one of their actors; a visitor, who says who they are."""

    name = forms.CharField(
        label="Votre nom", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Votre adresse e-mail",
        max_length=Proposal._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
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

    def __init__(self, *args, user, is_correction=False, sheet=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_correction, self.sheet = is_correction, sheet
        self.is_of_a_sheet = sheet is not None and sheet.instance.pk is not None
        if user.is_authenticated:
            del self.fields["name"], self.fields["email"]
            self.fields["actor"].queryset = actors_of(user)
        if not user.is_authenticated or self.is_of_a_sheet or is_correction:
            del self.fields["actor"]
        elif hasattr(sheet.instance, "person"):
            said = "Dans tous les cas, votre nom se lira sur la fiche."
            self.fields["actor"].help_text = said
        if is_correction:
            self.fields["message"].label = "Ce qu'il faut corriger"
            self.fields["message"].required = sheet is None
            self.fields["message"].help_text = (
                "" if sheet is None else "En vos mots, ou dans la fiche elle-même, plus bas."
            )

    def clean(self):
        is_silent = "message" in self.cleaned_data and not self.cleaned_data["message"].strip()
        if is_silent and self.is_of_a_sheet and not self.sheet.has_changed():
            self.add_error(
                "message", "Rien n'a changé : corrigez la fiche, ou dites ce qu'il faut corriger."
            )
        return super().clean()
