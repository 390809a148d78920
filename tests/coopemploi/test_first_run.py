import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from coopemploi.accounts.models import User
from coopemploi.identity.models import Identity
from coopemploi.pages.management.commands import set_up_site
from territories.models import Mandate, Territory
from tests.factories import TerritoryFactory

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Réseau du Forez",
    "contact": "equipe@example.org",
    "administrator": "ada@example.org",
    "no_input": True,
}


@pytest.fixture(autouse=True)
def region(monkeypatch):
    monkeypatch.setenv("SITE_PASSWORD", "garage-solidaire-2026")
    return TerritoryFactory(kind=Territory.Kind.REGION, code="84", name="Auvergne-Rhône-Alpes")


def run(**answers):
    out = io.StringIO()
    call_command("set_up_site", stdout=out, **{**ANSWERS, **answers})
    return out.getvalue()


def test_new_site_has_its_name_and_its_administrator(client):
    run()
    assert Identity.current().name == "Réseau du Forez"
    user = User.objects.get()
    assert (user.email, user.is_superuser) == ("ada@example.org", True)
    assert user.check_password("garage-solidaire-2026")
    assert "Réseau du Forez" in client.get(reverse("home")).text


def test_new_site_has_its_colour_and_its_logo(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    logo = tmp_path / "logo.png"
    Image.new("RGB", (300, 120), "#7a1f4a").save(logo)
    run(accent="#7A1F4A", logo=str(logo))
    identity = Identity.current()
    assert identity.accent == "#7a1f4a"
    assert identity.logo.name.endswith(".webp")
    assert identity.logo_version in client.get(reverse("home")).text


def test_dry_run_leaves_no_logo(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    logo = tmp_path / "logo.png"
    Image.new("RGB", (300, 120), "#7a1f4a").save(logo)
    run(logo=str(logo), dry_run=True)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_wizard_asks_and_takes_nothing_for_an_answer(monkeypatch):
    given = iter(["Réseau du Forez", "", "", "equipe@example.org", "ada@example.org"])
    monkeypatch.setattr("builtins.input", lambda question: next(given))
    run(no_input=False, name=None, contact=None, administrator=None)
    identity = Identity.current()
    assert (identity.name, identity.accent, identity.logo.name) == ("Réseau du Forez", "", "")


def test_wizard_asks_again_what_is_wrong_and_that_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("SITE_PASSWORD")
    asked = []
    given = {
        "Nom du site": ["", "Réseau du Forez"],
        "Sa couleur": ["bleu", "#7a1f4a"],
        "Le fichier de son logo": [str(tmp_path / "absent.png"), ""],
        "Adresse de contact": ["equipe", "equipe@example.org"],
        "Adresse de l'administrateur": ["ada", "ada@example.org"],
        "Son mot de passe": ["1234", "garage-solidaire-2026"],
    }

    def answer(question):
        [name] = [name for name in given if question.startswith(name)]
        asked.append(name)
        return given[name].pop(0)

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(set_up_site, "getpass", answer)
    err = io.StringIO()
    run(no_input=False, name=None, contact=None, administrator=None, stderr=err)

    assert not any(given.values())
    assert len(asked) == 12
    assert "Adresse de l'administrateur : Saisissez une adresse" in err.getvalue()
    assert "Son mot de passe : Ce mot de passe est trop court" in err.getvalue()
    assert User.objects.get().check_password("garage-solidaire-2026")
    assert Identity.current().accent == "#7a1f4a"


def test_perimeter_is_given(region):
    run(perimeter=[f"grace@example.org={region.reference}"])
    mandate = Mandate.objects.get()
    assert (mandate.user.email, mandate.territory) == ("grace@example.org", region)
    assert mandate.role == Mandate.Role.ANIMATEUR
    assert not mandate.user.is_superuser


def test_running_it_again_changes_nothing_more(region):
    for _ in range(2):
        run(perimeter=[f"grace@example.org={region.reference}"])
    assert User.objects.count() == 2
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"administrator": "pas une adresse"}, "^Adresse de l'administrateur : Saisissez"),
        ({"contact": ""}, "--contact"),
        ({"perimeter": ["grace@example.org=region:absente"]}, "Territoire inconnu"),
        ({"perimeter": ["grace@example.org"]}, "ADRESSE=RÉFÉRENCE"),
        ({"perimeter": ["grace=region:84"]}, "^--perimeter : Saisissez une adresse"),
        ({"accent": "bleu"}, "^Sa couleur : "),
        ({"logo": "/nulle/part.png"}, "logo : /nulle/part.png ne s'ouvre pas"),
        ({"logo": __file__}, "Envoyez une image PNG"),
    ],
)
def test_wrong_answer_creates_nothing(answers, said):
    with pytest.raises(CommandError, match=said):
        run(**answers)
    assert not User.objects.exists()
    assert not Identity.objects.exists()


def test_weak_password_creates_nothing(monkeypatch):
    monkeypatch.setenv("SITE_PASSWORD", "1234")
    with pytest.raises(CommandError):
        run()
    assert not User.objects.exists()


def test_dry_run_tells_what_it_would_make_and_makes_nothing(region):
    said = run(perimeter=[f"grace@example.org={region.reference}"], dry_run=True)

    assert "grace@example.org anime Auvergne-Rhône-Alpes." in said
    assert "rien n'a été enregistré" in said
    assert not User.objects.exists()
    assert not Identity.objects.exists()


def test_dry_run_of_an_empty_site_loads_nothing(region, monkeypatch):
    asked = []
    monkeypatch.setattr(
        set_up_site, "call_command", lambda name, *, dry_run, stdout: asked.append((name, dry_run))
    )
    region.delete()

    said = run(perimeter=["grace@example.org=region:84"], dry_run=True)

    assert asked == [("load_vocabularies", True), ("load_territories", True)]
    assert "une fois les territoires chargés" in said
    assert not User.objects.exists()


def test_dry_run_says_what_is_wrong():
    with pytest.raises(CommandError, match="Territoire inconnu"):
        run(perimeter=["grace@example.org=region:absente"], dry_run=True)
