"""The secrets of second factors, sealed by a key that the database, and its backups, have not."""

import base64
import logging

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
PREFIX = "fernet:"  # no secret, nor seed of recovery codes, holds a colon


class LostKeyError(Exception):
    """None of SECRETS_KEYS opens a secret."""


def seal(text):
    return PREFIX + _locks()[0].encrypt(text.encode()).decode()


def unseal(text):
    """The secret; LostKeyError. One written before secrets were sealed is as it stands."""
    if not text.startswith(PREFIX):
        return text
    try:
        return MultiFernet(_locks()).decrypt(text.removeprefix(PREFIX)).decode()
    except InvalidToken as error:
        raise LostKeyError from error


def unseal_or_none_that_serves(text):
    """The secret, or one that nobody has: who signs in is told that the code is wrong."""
    try:
        return unseal(text)
    except LostKeyError:
        logger.exception("A second factor is sealed by a key that SECRETS_KEYS has not.")
        return generate_totp_secret()


def seal_all():
    """Seal by the first key what is not yet; (how many, how many whose key is lost)."""
    return _rewrite(lambda text: text if _is_sealed_by_the_first_key(text) else seal(unseal(text)))


def unseal_all():
    """Write the secrets in clear, for an older version of the site; the same counts."""
    return _rewrite(unseal)


def _rewrite(change):
    changed = lost = 0
    for pk in Authenticator.objects.exclude(type="webauthn").values_list("pk", flat=True):
        with transaction.atomic():
            # A recovery code may be used meanwhile.
            authenticator = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if authenticator is None:
                continue
            try:
                data = _changed(authenticator.data, change)
            except LostKeyError:
                lost += 1
                continue
            if data != authenticator.data:
                authenticator.data = data
                authenticator.save(update_fields=["data"])
                changed += 1
    return changed, lost


def _changed(data, change):
    data = {**data, **{name: change(data[name]) for name in ("secret", "seed") if name in data}}
    if codes := data.get("migrated_codes"):
        data["migrated_codes"] = [change(code) for code in codes]
    return data


def _is_sealed_by_the_first_key(text):
    if not text.startswith(PREFIX):
        return False
    try:
        _locks()[0].decrypt(text.removeprefix(PREFIX))
    except InvalidToken:
        return False
    return True


def _locks():
    return [_lock(key) for key in settings.SECRETS_KEYS]


def _lock(key):
    derived = HKDF(SHA256(), length=32, salt=None, info=b"coopemploi.accounts.sealing")
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))
