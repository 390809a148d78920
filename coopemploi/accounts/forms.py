import struct

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.core.validators import MaxLengthValidator

from ..robots import TrapMixin
from .models import User


class SignUpForm(TrapMixin, account_forms.SignupForm):
    """An address, and nothing else: a code sent there proves that it is one's own."""

    field_order = ["email", "website"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Somebody else's address with a password of one's own would be a trap for its owner.
        del self.fields["password1"]
        # allauth cuts what is longer: a code would leave to another address.
        longest = User._meta.get_field("email").max_length
        self.fields["email"].validators.append(MaxLengthValidator(longest))

    def try_save(self, request):
        if self.is_from_robot:
            return None, get_adapter().respond_email_verification_sent(request, None)
        return super().try_save(request)


class PasswordNextMixin:
    """From the address, Tab leads to the password; the way out of a forgotten one comes after."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class LoginForm(PasswordNextMixin, account_forms.LoginForm):
    pass


class ReauthenticateForm(PasswordNextMixin, account_forms.ReauthenticateForm):
    pass


class AddressMixin:
    """An address is of one account, be it not the one it is called by."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        others = EmailAddress.objects.exclude(user=self.instance.pk)
        if others.filter(email__iexact=email).exists():
            raise forms.ValidationError("Un compte utilise déjà cette adresse e-mail.", "taken")
        return email


class UserChangeForm(AddressMixin, DjangoUserChangeForm):
    pass


class UserCreationForm(AddressMixin, forms.ModelForm):
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
        fields = ["email", "first_name", "last_name", "is_staff"]

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)


class CredentialMixin:
    """allauth trusts the shape of what a browser sends: any other shape is refused here."""

    malformed = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)

    def full_clean(self):
        try:
            super().full_clean()
        except self.malformed:
            self.add_error("credential", "Cette clé n'a pas été reconnue.")


class AddPasskeyForm(CredentialMixin, passkeys.AddWebAuthnForm):
    pass


class AuthenticatePasskeyForm(CredentialMixin, passkeys.AuthenticateWebAuthnForm):
    pass


class LoginPasskeyForm(CredentialMixin, passkeys.LoginWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(CredentialMixin, passkeys.ReauthenticateWebAuthnForm):
    pass


class RenamePasskeyForm(passkeys.EditWebAuthnForm):
    name = forms.CharField(label="Nom de la clé", max_length=80)
