"""Secrets of second factors: sealed in the database, and opened by the keys of the setting."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command

from coopemploi.accounts.sealing import PREFIX, seal_all, unseal_all
from coopemploi.due import run_all
from tests.factories import UserFactory

from .test_second_factor import SECRET, code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.SECRETS_KEYS = ["première clé"]


@pytest.fixture
def user():
    user = UserFactory()
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def held():
    """What the database holds: {sort: its secret}."""
    return {
        each.type: each.data.get("secret") or each.data["seed"]
        for each in Authenticator.objects.all()
    }


def application(user):
    cache.clear()
    return TOTP(user.authenticator_set.get(type="totp"))


def recovery_codes(user):
    return RecoveryCodes(user.authenticator_set.get(type="recovery_codes"))


def test_secrets_are_sealed_and_serve(user):
    assert all(secret.startswith(PREFIX) for secret in held().values())
    assert SECRET not in str(held())
    assert application(user).validate_code(code())
    assert not application(user).validate_code("000000")
    [first, *_] = recovery_codes(user).get_unused_codes()
    assert recovery_codes(user).validate_code(first)
    assert not recovery_codes(user).validate_code(first)


def test_secrets_of_before_serve_then_are_sealed(user):
    codes = recovery_codes(user).get_unused_codes()
    assert unseal_all() == (2, 0)
    assert held()["totp"] == SECRET
    assert application(user).validate_code(code())
    assert recovery_codes(user).get_unused_codes() == codes

    said = {outcome.label: outcome.said for outcome in run_all()}
    assert said["seconds facteurs"] == "2 scellés"
    assert SECRET not in str(held())
    assert application(user).validate_code(code())
    assert recovery_codes(user).get_unused_codes() == codes
    assert seal_all() == (0, 0)


def test_new_key_seals_anew_and_the_old_one_may_go(user, settings):
    settings.SECRETS_KEYS = ["seconde clé", "première clé"]
    assert application(user).validate_code(code())
    call_command("seal_secrets")
    settings.SECRETS_KEYS = ["seconde clé"]
    assert application(user).validate_code(code())
    settings.SECRETS_KEYS = ["première clé"]
    assert not application(user).validate_code(code())


@pytest.mark.parametrize("options", [[], ["--open"]])
def test_dry_run_tells_how_many_and_rewrites_none(user, settings, capsys, options):
    settings.SECRETS_KEYS = ["seconde clé", "première clé"]
    before = held()

    call_command("seal_secrets", "--dry-run", *options)

    assert "Seconds facteurs réécrits : 2." in capsys.readouterr().out
    assert held() == before


def test_lost_key_opens_nothing_and_loses_nothing(user, settings, caplog, capsys):
    before = held()
    [first, *_] = recovery_codes(user).get_unused_codes()
    settings.SECRETS_KEYS = ["une autre"]

    assert not application(user).validate_code(code())
    assert not recovery_codes(user).validate_code(first)
    assert "sealed by a key that SECRETS_KEYS has not" in caplog.text
    call_command("seal_secrets")
    assert "Leur clé manque à SECRETS_KEYS : 2." in capsys.readouterr().out
    assert held() == before

    settings.SECRETS_KEYS = ["une autre", "première clé"]
    assert application(user).validate_code(code())


def test_secrets_are_written_in_clear_for_an_older_version(user):
    call_command("seal_secrets", "--open")
    assert held()["totp"] == SECRET
    assert not held()["recovery_codes"].startswith(PREFIX)
