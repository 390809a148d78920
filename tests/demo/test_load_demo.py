from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate, get_user
from django.core.management import CommandError, call_command

from coopemploi.accounts.models import User
from coopemploi.demo import loading
from coopemploi.demo.loading import SIGN_INS, load_demo
from coopemploi.identity.models import Identity
from coopemploi.vocabulary import loading as vocabularies
from coopemploi.vocabulary.models import GlossaryTerm, Scheme
from territories.models import Actor
from tests.factories import TerritoryFactory, UserFactory

pytestmark = pytest.mark.django_db


VOCABULARIES = vocabularies.CONTENT


@pytest.fixture(autouse=True)
def content(monkeypatch, tmp_path):
    """A demonstration of one scheme and one actor, in place of the real one."""
    for module, name, text in (
        (vocabularies, "vocabularies.yaml", "dispositifs:\n  - {réf: plie, nom: Plan local}\n"),
        (
            loading,
            "10-essai.yaml",
            "acteurs:\n  - {réf: plie, nom: PLIE, type: PLIE, dispositifs: [plie]}\n",
        ),
    ):
        folder = tmp_path / module.__name__
        folder.mkdir()
        (folder / name).write_text(text)
        monkeypatch.setattr(module, "CONTENT", folder)
    return folder / name


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def debug(settings):
    settings.DEBUG = True


def run(*arguments):
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_demo_writes_no_history():
    load_demo()

    assert (Actor.objects.count(), Actor.history.count(), Scheme.history.count()) == (1, 0, 0)


def test_demo_loads_vocabularies_content_and_identity():
    load_demo()
    assert Actor.objects.get().schemes.get() == Scheme.objects.get(slug="plie")
    identity = Identity.objects.get()
    assert (identity.name, identity.is_fictional) == ("Coopemploi", True)
    assert identity.contact_email == "contact@example.org"
    identity.full_clean()


def test_demo_leaves_an_identity_as_it_is():
    Identity.objects.create(pk=1, name="Réseau du Forez")
    load_demo()
    assert Identity.objects.get().name == "Réseau du Forez"


def test_second_load_changes_nothing(debug):
    load_demo()
    hashes = set(User.objects.values_list("pk", "password"))
    loaded = load_demo()
    for report in (loaded.vocabularies, loaded.content):
        assert not report.created + report.updated + report.deleted
    assert set(User.objects.values_list("pk", "password")) == hashes
    assert EmailAddress.objects.count() == len(SIGN_INS)


def test_accounts_exist_under_debug(debug):
    load_demo()
    accounts = User.objects.order_by("email").values_list(
        "email", "is_demo", "is_staff", "is_superuser"
    )
    assert list(accounts) == [
        ("administrateur@example.org", True, True, True),
        ("animateur@example.org", True, True, False),
        ("participant@example.org", True, False, False),
    ]
    assert not EmailAddress.objects.exclude(verified=True, primary=True).exists()


def test_accounts_do_not_exist_without_debug(settings):
    settings.DEBUG = False
    loaded = load_demo()
    assert not loaded.has_accounts
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_account_signs_in_with_its_printed_password_only_under_debug(debug, settings, rf, sign_in):
    load_demo()
    request = rf.get("/")
    credentials = {"email": sign_in.email, "password": sign_in.password}
    assert authenticate(request, **credentials) == User.objects.get(email=sign_in.email)
    settings.DEBUG = False
    assert authenticate(request, **credentials) is None


def test_open_session_of_a_demo_account_ends_without_debug(debug, settings, rf, client):
    load_demo()
    administrator = User.objects.get(email="administrateur@example.org")
    client.force_login(administrator)
    request = rf.get("/")
    request.session = client.session
    assert get_user(request) == administrator
    settings.DEBUG = False
    assert get_user(request).is_anonymous


def test_changed_password_is_reset_and_other_accounts_kept(debug):
    other = UserFactory(email="quelquun@example.org")
    load_demo()
    user = User.objects.get(email="participant@example.org")
    user.set_password("un autre mot de passe")
    user.save()
    load_demo()
    user.refresh_from_db()
    assert user.check_password("demo-participant-2026")
    assert User.objects.get(pk=other.pk).password == other.password


def test_animateur_edits_the_domain_in_a_region_and_nothing_else(debug):
    region = TerritoryFactory(kind="region", code="75", name="Nouvelle-Aquitaine")
    load_demo()
    animateur = User.objects.get(email="animateur@example.org")
    for permission in (
        "territories.add_territory",
        "initiatives.change_initiative",
        "events.delete_event",
        "vocabulary.view_theme",
        "sources.add_source",
    ):
        assert animateur.has_perm(permission), permission
    for permission in (
        "accounts.change_user",
        "auth.change_group",
        "identity.change_identity",
        "vocabulary.change_theme",
        "territories.view_mandate",
        "sessions.view_session",
    ):
        assert not animateur.has_perm(permission), permission
    assert [mandate.territory for mandate in animateur.mandates.all()] == [region]
    participant = User.objects.get(email="participant@example.org")
    assert participant.get_all_permissions() == set()


def test_command_prints_what_it_did_and_the_sign_ins(debug):
    output = run("load_demo")
    assert "acteurs : 1 ajout\n" in output
    assert "participant : participant@example.org, mot de passe demo-participant-2026" in output


def test_command_prints_no_password_without_debug(settings):
    settings.DEBUG = False
    output = run("load_demo")
    assert "Sans DEBUG, aucun compte de démonstration n'est créé." in output
    assert "demo-" not in output


def test_dry_run_saves_nothing(debug):
    output = run("load_demo", "--dry-run")
    assert "Essai seulement : rien n'a été enregistré." in output
    for model in (Actor, Scheme, User, Identity, EmailAddress):
        assert not model.objects.exists(), model


def test_mistake_in_a_file_loads_nothing_and_says_where(debug, content):
    content.write_text("acteurs:\n  - réf: plie\n    nom: PLIE\n    type: PLI\n")
    with pytest.raises(CommandError) as raised:
        run("load_demo")
    message = str(raised.value)
    assert message.startswith("Rien n'a été chargé.\n10-essai.yaml, ligne 4 : type : « PLI »")
    for model in (Actor, Scheme, User, Identity):
        assert not model.objects.exists(), model


def test_vocabularies_of_the_project_load_alone_and_twice(monkeypatch):
    monkeypatch.setattr(vocabularies, "CONTENT", VOCABULARIES)
    assert " ajouts\n" in run("load_vocabularies")
    assert "ajout" not in run("load_vocabularies")
    assert GlossaryTerm.objects.count() >= 40
    assert Scheme.objects.filter(slug="plie").exists()
    assert not Actor.objects.exists()


def test_vocabularies_dry_run_saves_nothing():
    output = run("load_vocabularies", "--dry-run")
    assert "Essai seulement : rien n'a été enregistré." in output
    assert not Scheme.objects.exists()
