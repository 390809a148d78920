"""Whoever animates introduces two people, and reads what became of it."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from coopemploi.dates import day_label
from initiatives.models import Introduction, Match, Need
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    IntroductionBlockFactory,
    IntroductionFactory,
    MandateFactory,
    MatchFactory,
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
)

from .asking import HELPER, SEEKER, admin_page, animateur, asked, say, sent_to

pytestmark = pytest.mark.django_db


def test_the_animateur_introduces_with_a_message_ready(client, match):
    client.force_login(animateur(match))
    page = client.get(asked(match)[0]).text
    assert "Je vous propose de faire connaissance." in page
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}

    client.post(*asked(match, message="Vous devriez vous parler.", **people))

    for address, other in ((SEEKER, HELPER), (HELPER, SEEKER)):
        [mail] = sent_to(address)
        assert "Vous devriez vous parler." in mail.message
        assert other not in mail.message


def test_both_must_accept_what_the_animateur_proposes(client, match):
    client.force_login(animateur(match))
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))

    assert HELPER not in say(client, SEEKER).text
    assert SEEKER in say(client, HELPER).text
    assert HELPER in sent_to(SEEKER)[-1].message


def test_what_is_asked_awaits_nobody_until_it_is_closed(client, match):
    user = animateur(match)
    client.force_login(user)
    sheet = reverse("admin:initiatives_need_change", args=[match.need.pk])

    def told():
        page = BeautifulSoup(client.get(sheet).content, "html.parser")
        cells = page.select("#matches-group .field-introduce")
        return [" ".join(each.get_text().split()) for each in cells]

    assert told() == ["Mettre en relation"]
    assert list(Need.objects.with_untouched_match()) == [match.need]
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))

    today = day_label(timezone.localdate())
    assert told() == [f"demandée le {today} · à d'autres personnes"]
    assert list(Need.objects.with_untouched_match()) == []

    Introduction.objects.get().close()
    assert told() == ["Mettre en relation"]
    assert list(Need.objects.with_untouched_match()) == [match.need]


def test_what_is_asked_of_one_offer_leaves_the_others_waiting(match):
    IntroductionFactory(need=match.need, offer=match.offer)
    another = MatchFactory(need=match.need, status=Match.Status.SUGGESTED)
    elsewhere = MatchFactory(offer=match.offer, status=Match.Status.SUGGESTED)

    assert set(Match.objects.untouched()) == {another, elsewhere}


def test_the_animateur_chooses_among_those_who_work_there(client, match):
    actor = ActorFactory()
    match.offer.actor = actor
    match.offer.save()
    colleague = PositionFactory(actor=actor, person=PersonFactory(email="autre@example.org"))
    stranger = PersonFactory(email="ailleurs@example.org")
    client.force_login(animateur(match))
    seeker = match.need.person_id

    refused = client.post(*asked(match, seeker=seeker, helper=stranger.pk))
    client.post(*asked(match, seeker=seeker, helper=colleague.person_id))

    assert refused.status_code == 400
    assert sent_to("ailleurs@example.org") == []
    assert len(sent_to("autre@example.org")) == 1


def test_the_animateur_is_told_whose_address_is_missing(client, match):
    match.need.person.email = ""
    match.need.person.save()
    match.need.actor = ActorFactory(name="Le PLIE")
    match.need.save()
    client.force_login(animateur(match))

    page = BeautifulSoup(client.get(asked(match)[0]).content, "html.parser").main

    assert "la fiche de Léa Cherche n'a pas d'adresse e-mail" in page.text
    assert "personne chez Le PLIE" in page.text
    person = reverse("admin:territories_person_change", args=[match.need.person_id])
    assert page.select_one(f'a[href="{person}"]')
    assert (page.form, "Noé Aide" in page.text) == (None, False)
    refused = client.post(*asked(match, helper=match.offer.person_id))
    assert (refused.status_code, Introduction.objects.count()) == (400, 0)


def test_an_animateur_elsewhere_introduces_nobody(client, match):
    mandate = MandateFactory(
        role=Mandate.Role.ANIMATEUR,
        territory=TerritoryFactory(kind="departement"),
        user__is_staff=True,
    )
    client.force_login(mandate.user)

    assert client.post(*asked(match)).status_code == 403
    assert not Introduction.objects.exists()


@pytest.mark.parametrize("role", [Mandate.Role.READER, Mandate.Role.ANIMATEUR])
def test_staff_of_elsewhere_read_no_introduction(client, role):
    here = TerritoryFactory(kind="departement")
    introduction = IntroductionFactory(message="Un message entre nous")
    introduction.need.territories.add(TerritoryFactory(kind="departement"))
    block = IntroductionBlockFactory()
    territory = here if role == Mandate.Role.ANIMATEUR else None
    client.force_login(MandateFactory(role=role, territory=territory).user)

    for record in (introduction, block):
        assert client.get(admin_page(record)).url == reverse("admin:index")
        listed = reverse(f"admin:initiatives_{record._meta.model_name}_changelist")
        assert client.get(listed).context["cl"].result_count == 0


def test_whoever_animates_there_reads_an_introduction(client):
    here = TerritoryFactory(kind="departement")
    introduction = IntroductionFactory(message="Un message entre nous")
    introduction.need.territories.add(here)
    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=here).user)

    assert "Un message entre nous" in client.get(admin_page(introduction)).text
