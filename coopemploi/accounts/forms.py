from allauth.account.models import EmailAddress
from django import forms

from .models import User


class UserCreationForm(forms.ModelForm):
    """A new account, without a password: the person chooses theirs."""

    send_invitation = forms.BooleanField(
        label="envoyer une invitation",
        required=False,
        initial=True,
        help_text="Un message, avec le lien pour choisir un mot de passe. Sans lui, vous pourrez "
        "l'envoyer plus tard depuis la fiche du compte.",
    )

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "is_staff", "groups"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        if EmailAddress.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Un compte utilise déjà cette adresse e-mail.", "taken")
        return email

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)
