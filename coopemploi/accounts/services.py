import datetime

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction

from .models import User

UNCONFIRMED_LIFE = datetime.timedelta(days=7)
JOURNAL_LIFE = datetime.timedelta(days=365)  # who did what in the admin; versions say it too


def record_second_factor(sender, *, request, user, authenticator, **kwargs):
    """Setting a factor up proves that one holds it: this session need not ask for it."""
    if request.user == user:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


@transaction.atomic
def confirm_address(*, user):
    """An invited person's address: nobody signs in before the link sent there has served."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def forget_address(*, user, address):
    """An address that is the account's no more: whoever keeps that mailbox signs in no more."""
    replaced = EmailAddress.objects.filter(user=user, email__iexact=address)
    replaced.exclude(email__iexact=user.email).delete()


def send_invitation(*, user):
    """Mail the link to choose a password. Raise OSError."""
    adapter = get_adapter()
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    context = {
        "user": user,
        "url": adapter.get_reset_password_from_key_url(key),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
    }
    adapter.send_mail("account/email/invitation", user.email, context)


@transaction.atomic
def reset_second_factor(*, user):
    """Take a person's second factors away, end their sessions, and tell them."""
    user.authenticator_set.all().delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    transaction.on_commit(
        lambda: get_adapter().send_notification_mail(
            "account/email/second_factor_reset", user, email=user.email
        )
    )


def forget_unconfirmed(at):
    """Erase the accounts whose address nobody confirmed for a week; return how many."""
    keys = set(User.objects.unconfirmed(at - UNCONFIRMED_LIFE).values_list("pk", flat=True))
    _, deleted = User.objects.filter(pk__in=keys).delete()
    return deleted.get(User._meta.label, 0)


def forget_sessions(at):
    """Erase the sessions that are over, with the addresses they came from; return how many."""
    over, _ = Session.objects.filter(expire_date__lt=at).delete()
    open_keys = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=open_keys).delete()
    return over


def forget_journal(at):
    """Erase what the journal of the admin holds of a year ago; return how many lines."""
    return LogEntry.objects.filter(action_time__lt=at - JOURNAL_LIFE).delete()[0]
