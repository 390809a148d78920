"""The home page of the admin of a new site: what it waits for, until it has begun."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from coopemploi.identity.models import Identity
from coopemploi.pages.getting_started import LEGAL
from territories.models import Mandate
from tests.factories import (
    ActorTerritoryFactory,
    EventFactory,
    InitiativeFactory,
    MandateFactory,
    NetworkFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
SITE = ["Dire qui publie le site", "Inviter l'équipe"]
CONTENT = [
    "Dire qui vous êtes",
    "Faire entrer vos acteurs",
    "Faire connaître ce qui se fait",
    "Noter une rencontre",
]


@pytest.fixture
def animateur(client):
    """The mandate, over a territory, of who is signed in."""
    mandate = MandateFactory()
    client.force_login(mandate.user)
    return mandate


def publish_the_law():
    Identity.objects.update_or_create(pk=1, defaults=dict.fromkeys(LEGAL, "x@example.org"))


def begin(territory=None):
    """An initiative and a meeting, of a territory or of nowhere."""
    for record in (InitiativeFactory(), EventFactory()):
        if territory:
            record.territories.add(territory)


def steps(client):
    return client.get(INDEX).context.get("getting_started", [])


def labels(client, *, is_done=None):
    return [step["label"] for step in steps(client) if is_done in (None, step["is_done"])]


def test_new_site_says_all_it_waits_for(animateur_client):
    assert labels(animateur_client, is_done=False) == [*SITE, *CONTENT]


def test_each_step_leads_where_it_is_done(animateur_client):
    addresses = [url for step in steps(animateur_client) for _, url in step["links"]]

    assert addresses == [
        reverse("admin:identity_identity_changelist"),
        reverse("admin:accounts_user_add"),
        reverse("admin:territories_network_add"),
        reverse("admin:territories_actor_import"),
        reverse("admin:territories_actor_add"),
        reverse("admin:initiatives_initiative_import"),
        reverse("admin:initiatives_initiative_add"),
        reverse("admin:events_event_import"),
        reverse("admin:events_event_add"),
    ]
    assert {animateur_client.get(url, follow=True).status_code for url in addresses} == {200}


def test_what_is_done_is_said(animateur_client):
    publish_the_law()
    UserFactory(is_staff=True)
    NetworkFactory()
    InitiativeFactory()

    assert labels(animateur_client, is_done=True) == [*SITE, CONTENT[0], CONTENT[2]]
    assert labels(animateur_client, is_done=False) == [CONTENT[1], CONTENT[3]]
    assert animateur_client.get(INDEX).text.count('<span class="quiet">fait</span>') == 4


def test_steps_go_once_the_site_has_begun_and_says_what_the_law_asks(animateur_client):
    begin()
    assert labels(animateur_client, is_done=False) == [*SITE, *CONTENT[:2]]

    publish_the_law()

    assert steps(animateur_client) == []
    assert "Pour commencer" not in animateur_client.get(INDEX).text


@pytest.mark.parametrize("field", LEGAL)
def test_each_legal_statement_is_waited_for(animateur_client, field):
    begin()
    publish_the_law()
    Identity.objects.update(**{field: ""})

    assert labels(animateur_client)[0] == SITE[0]


def test_animateur_is_asked_for_the_content_of_their_perimeter(client, animateur):
    begin()  # elsewhere
    ActorTerritoryFactory(territory=animateur.territory)

    assert labels(client, is_done=False) == [CONTENT[0], *CONTENT[2:]]
    assert labels(client, is_done=True) == [CONTENT[1]]

    begin(animateur.territory)

    assert steps(client) == []


def test_drafts_are_to_be_published_before_the_site_has_begun(client, animateur):
    drafts = [InitiativeFactory(status="draft"), EventFactory(status="draft")]
    EventFactory(status="draft")  # elsewhere
    for record in drafts:
        record.territories.add(animateur.territory)

    publishing = steps(client)[-1]

    assert publishing["label"] == "Publier ce qui est prêt"
    assert publishing["links"] == [
        (
            "Publier des brouillons : initiatives",
            reverse("admin:initiatives_initiative_changelist") + "?status__exact=draft",
        ),
        (
            "Publier des brouillons : rencontres",
            reverse("admin:events_event_changelist") + "?status__exact=draft",
        ),
    ]

    for record in drafts:
        record.publish()

    assert steps(client) == []


def test_contributor_is_not_asked_to_publish(client):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    draft = InitiativeFactory(status="draft", created_by=mandate.user)
    draft.territories.add(mandate.territory)
    client.force_login(mandate.user)

    assert "Publier ce qui est prêt" not in labels(client)
    assert CONTENT[2] in labels(client, is_done=True)


def test_who_may_add_nothing_is_asked_for_nothing(client):
    reader = UserFactory(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_initiative"))
    client.force_login(reader)

    assert steps(client) == []
