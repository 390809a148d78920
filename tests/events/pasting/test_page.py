"""The page where a text is pasted: what it proposes, and to whom."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.derived import registry
from coopemploi.sources.models import Source
from events.models import Event, Recap
from events.pasting.proposals import MOST_ROWS
from territories.models import Person
from tests.factories import (
    ActorFactory,
    MandateFactory,
    PersonFactory,
    TerritoryFactory,
    UserFactory,
)

from .pages import TEXT, page, pasted, propose, sent_again, values

pytestmark = pytest.mark.django_db
HEADS = ("Bel", "Cor", "Der", "Fon", "Gar", "Mar")
TAILS = ("mont", "lieu", "vaux", "ville", "nac")


def test_proposals_are_shown_and_nothing_is_saved(animateur_client, event, crestville):
    response = propose(animateur_client, event)

    assert values(response, "meeting", "start") == [("2021-05-04",)]
    assert values(response, "figures", "value", "qualifier", "wording") == [
        (20, "about", "une vingtaine")
    ]
    assert values(response, "people", "first_name", "last_name", "person", "title") == [
        ("Lise", "Armandou", "new", "maire de Crestville")
    ]
    assert values(response, "quotes", "author", "idea") == [
        ("Lise Armandou", "Se déplacer est la première condition du travail")
    ]
    assert values(response, "territories", "wording", "territory", "stage", "keep") == [
        ("Crestville", crestville.pk, "emerging", True),
        ("Bourgneuf", "", "emerging", False),
    ]
    assert values(response, "actions", "title", "carriers") == [
        ("Ouvrir un garage solidaire", "la mission locale")
    ]
    assert values(response, "next", "start", "venue") == [("2022-02", "Lyon")]
    assert not Recap.objects.exists()
    assert not Source.objects.exists()
    assert not Person.objects.exists()


def test_what_is_in_no_proposal_is_told_until_it_is_written(animateur_client, event):
    text = f"{TEXT}\nLundi\tVisite du <garage>\nMardi\tBilan\n"
    response = propose(animateur_client, event, text)
    assert response.context["unplaced"] == ["Lundi | Visite du <garage>", "Mardi | Bilan"]
    assert "Lundi | Visite du &lt;garage&gt;" in response.text

    wrong = sent_again(response, **{"figures-0-value": "beaucoup"})
    assert animateur_client.post(page(event), wrong).context["unplaced"] == [
        "Lundi | Visite du <garage>",
        "Mardi | Bilan",
    ]


def test_proposals_too_many_for_a_page_are_told(animateur_client, event):
    actions = "".join(f"- Ouvrir le garage {number}\n" for number in range(MOST_ROWS + 2))
    response = propose(animateur_client, event, f"Retour\n\nActions :\n{actions}")
    assert response.context["proposals"].left_out == [("Actions retenues", 2)]
    assert "actions retenues (2)" in response.text

    refused = animateur_client.post(page(event), sent_again(response, **{"actions-0-title": ""}))
    assert refused.status_code == 400
    assert "actions retenues (2)" in refused.text


@pytest.mark.usefixtures("_without_perimeters")
def test_proposals_that_may_not_be_written_are_told(client, event):
    user = UserFactory(is_staff=True)
    names = ("change_event", "view_event", "add_recap", "change_recap")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    response = propose(client, event)
    assert response.context["proposals"].left_out == [
        ("Intervenants", 1),
        ("Actions retenues", 1),
        ("Prochaine rencontre", 1),
    ]


@pytest.mark.parametrize(
    ("text", "message"), [("", "obligatoire"), (" \n ", "vide"), ("a" * 300_001, "300")]
)
def test_text_that_cannot_be_read_is_said(animateur_client, event, text, message):
    response = animateur_client.post(page(event), pasted(text))
    assert response.status_code == 400
    assert message in str(response.context["form"].errors["text"])


def test_raw_text_is_on_no_public_page(animateur_client, client, event, crestville):
    secret = f"{TEXT}\nNote interne : 06 12 34 56 78, ne pas diffuser."
    response = propose(animateur_client, event, secret)
    animateur_client.post(page(event), sent_again(response))
    Event.objects.update(status="published")
    Recap.objects.update(status="published")
    client.logout()
    shown = client.get(event.get_absolute_url()).content.decode()
    assert "pas de voiture" in shown
    assert "ne pas diffuser" not in shown


def test_animateur_of_elsewhere_is_refused(client, event):
    here, elsewhere = TerritoryFactory(), TerritoryFactory()
    event.territories.add(here)
    for territory, status in ((elsewhere, 403), (here, 200)):
        client.force_login(MandateFactory(territory=territory).user)
        assert client.get(page(event)).status_code == status
        response = client.post(page(event), pasted())
        assert response.status_code == status


def test_participant_does_not_come_in(client, event):
    client.force_login(UserFactory())
    assert client.get(page(event)).status_code == 302


def test_sheet_of_the_event_leads_to_it(animateur_client, event):
    sheet = animateur_client.get(reverse("admin:events_event_change", args=[event.pk]))
    assert page(event) in sheet.content.decode()


def test_event_that_does_not_exist_is_not_found(animateur_client):
    url = reverse("admin:events_event_pasted_recap", args=[999999])
    assert animateur_client.get(url).status_code in {302, 404}


def test_a_draft_is_taken_up_as_it_was_being_mended(animateur_client, event):
    response = propose(animateur_client, event)
    data = sent_again(response, **{"quotes-0-text": "Corrigé, pas fini", "people-0-keep": None})
    del data["save"]

    taken = animateur_client.post(page(event), {**data, "resume": "1"})

    assert taken.status_code == 200
    assert taken.context["proposals"].formsets["quotes"][0]["text"].value() == "Corrigé, pas fini"
    assert not taken.context["proposals"].formsets["people"][0]["keep"].value()
    assert not Recap.objects.exists()


def test_a_draft_forged_is_refused_in_words(animateur_client, event):
    data = {**pasted(), "resume": "1", "meeting-TOTAL_FORMS": "x"}

    assert animateur_client.post(page(event), data).status_code == 200
    assert not Recap.objects.exists()


def test_excerpt_begins_and_ends_at_whole_words(animateur_client, event):
    TerritoryFactory(name="Crestville")
    told = "Une direction départementale de longue dénomination a réuni ceux de Crestville, "
    text = (
        f"Retour\n\n{told}pour une longue discussion sur tout ce qui se fait là et un peu partout."
    )

    response = animateur_client.post(page(event), pasted(text, read="1"))

    [form] = response.context["proposals"].formsets["territories"].forms
    excerpt = form["excerpt"].value()
    assert set(excerpt.split()) <= set(text.split())
    assert 60 < len(excerpt) < 60 + len("Crestville") + 80


def test_excerpt_of_a_long_passage_is_its_beginning(animateur_client, event):
    said = f"On ne trouve pas de travail {'sans voiture ' * 40}."
    response = propose(animateur_client, event, f"Retour\n\n« {said} » Lise Armandou\n")
    [(excerpt,)] = values(response, "quotes", "excerpt")
    assert 280 < len(excerpt) <= 300
    assert set(excerpt.split()) <= {"«", *said.split()}


def test_page_takes_the_same_queries_at_1_and_30_rows(animateur_client, event):
    names = [f"{head}{tail}" for head in HEADS for tail in TAILS]
    for name in names:
        TerritoryFactory(name=name)
        ActorFactory(name=f"Garage {name}")
        PersonFactory(first_name="Lise", last_name=name)
    registry.flush()

    def asked(count):
        lines = [f"Retour\n\nTerritoires présents : {', '.join(names[:count])}."]
        lines += [f"Lise {name}, maire, a présenté le garage." for name in names[:count]]
        lines += [f"« Sans {name}, on ne vient plus. » Lise {name}" for name in names[:count]]
        lines += [f"Actions :\n- Ouvrir {name} (porteur : Garage {name})" for name in names[:count]]
        with CaptureQueriesContext(connection) as queries:
            response = propose(animateur_client, event, "\n\n".join(lines))
        for kind in ("people", "territories", "quotes", "actions"):
            assert len(values(response, kind, "keep")) == count
        return len(queries)

    asked(1)
    assert asked(1) == asked(30)
