"""What was deleted comes back whole; what a mass action did is undone."""

import html
import uuid

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from coopemploi.history.bin import deleted_versions, recover
from coopemploi.history.tracking import records_of
from coopemploi.identity.models import Identity
from events.models import Event
from initiatives.models import Initiative
from territories.models import Containment, Network, Person
from tests.coopemploi.test_admin import ADMINS, FACTORIES
from tests.factories import (
    ActionFactory,
    ActorFactory,
    AppearanceFactory,
    BelongingFactory,
    EvaluationFactory,
    EventFactory,
    InitiativeFactory,
    IntroductionFactory,
    MatchFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    PersonFactory,
    SessionFactory,
    SourceFactory,
    SpentLinkFactory,
    StepFactory,
    TallyFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def page(model, name, *args):
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def recovery(model):
    version = model.history.filter(history_type="-").first()
    return page(model, "recover", version.history_id)


def text(response):
    return html.unescape(" ".join(strip_tags(response.content.decode()).split()))


def delete(client, *records):
    model = type(records[0])
    client.post(
        page(model, "changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [record.pk for record in records],
            "post": "yes",
        },
    )
    assert not model.objects.filter(pk__in=[record.pk for record in records]).exists()


def test_deleted_record_comes_back_with_its_children_and_relations(animateur_client):
    theme, actor = ThemeFactory(), ActorFactory()
    event = EventFactory(title="Forum")
    event.themes.add(theme)
    session = SessionFactory(event=event)
    appearance = AppearanceFactory(event=event, session=session)
    appearance.actors.add(actor)
    delete(animateur_client, event)

    assert "Forum" in text(animateur_client.get(page(Event, "bin")))
    told = text(animateur_client.get(recovery(Event)))
    assert f"Intervention\N{NO-BREAK SPACE}: {appearance}" in told
    animateur_client.post(recovery(Event))

    event = Event.objects.get()
    back = event.appearances.get()
    assert (event.pk, event.title, list(event.themes.all())) == (event.pk, "Forum", [theme])
    assert (back.pk, back.session, list(back.actors.all())) == (appearance.pk, session, [actor])
    assert "Forum" not in text(animateur_client.get(page(Event, "bin")))


def test_two_records_deleted_together_come_back_one_by_one(animateur_client):
    first, second = InitiativeFactory(), InitiativeFactory()
    StepFactory(initiative=first, label="de la première")
    StepFactory(initiative=second, label="de la seconde")
    delete(animateur_client, first, second)

    version = Initiative.history.get(id=second.pk, history_type="-")
    animateur_client.post(page(Initiative, "recover", version.history_id))

    assert [step.label for step in Initiative.objects.get().steps.all()] == ["de la seconde"]


def test_record_that_others_named_is_named_again(animateur_client):
    initiative = InitiativeFactory()
    action = ActionFactory(initiative=initiative)
    theme = ThemeFactory()
    initiative.themes.add(theme)
    delete(animateur_client, initiative)
    delete(animateur_client, theme)

    animateur_client.post(recovery(Initiative))
    animateur_client.post(recovery(type(theme)))

    action.refresh_from_db()
    assert action.initiative_id == initiative.pk


def test_vocabulary_term_comes_back_on_the_records_that_had_it(animateur_client):
    initiative = InitiativeFactory()
    initiative.themes.add(theme := ThemeFactory())
    delete(animateur_client, theme)
    assert not initiative.themes.exists()

    animateur_client.post(recovery(type(theme)))

    assert list(initiative.themes.values_list("pk", flat=True)) == [theme.pk]


def test_child_whose_other_parent_is_gone_is_left_out_and_told(animateur_client):
    network = NetworkFactory()
    person = PersonFactory(last_name="Partie")
    gone = NetworkMembershipFactory(network=network, actor=None, person=person)
    NetworkMembershipFactory(network=network, label="un collectif", actor=None)
    delete(animateur_client, network)
    person.delete()

    told = text(animateur_client.get(recovery(Network)))
    response = animateur_client.post(recovery(Network), follow=True)

    assert "désignait une fiche qui n'existe plus" in told
    assert "ne revient pas : Choisissez un acteur ou une personne." in text(response)
    assert [member.label for member in Network.objects.get().memberships.all()] == ["un collectif"]
    assert not type(gone).objects.filter(pk=gone.pk).exists()


def test_record_whose_address_was_taken_gets_another(animateur_client):
    initiative = InitiativeFactory(title="Garage")
    delete(animateur_client, initiative)
    InitiativeFactory(title="Garage")

    animateur_client.post(recovery(Initiative))

    assert Initiative.objects.get(pk=initiative.pk).slug == "garage-2"


def test_record_that_a_rule_forbids_is_refused_and_nothing_is_written(animateur_client):
    actor = ActorFactory(siren="123456789")
    delete(animateur_client, actor)
    ActorFactory(siren="123456789")

    response = animateur_client.post(recovery(type(actor)))

    assert response.status_code == 409
    assert "Un acteur porte déjà ce SIREN." in text(response)
    assert type(actor).objects.count() == 1


def test_record_whose_source_is_gone_comes_back_without_it(animateur_client):
    source = SourceFactory(title="Parue")
    initiative = InitiativeFactory(source=source)
    delete(animateur_client, initiative)
    source.delete()

    response = animateur_client.post(recovery(Initiative), follow=True)

    assert Initiative.objects.get().source is None
    assert "« Source » désignait une fiche qui n'existe plus." in text(response)


def test_person_comes_back_without_telephone_and_it_is_told(animateur_client):
    person = PersonFactory(phone="04 71 00 00 00")
    delete(animateur_client, person)

    told = text(animateur_client.get(recovery(Person)))
    animateur_client.post(recovery(Person))

    assert "À saisir de nouveau, jamais gardé : adresse e-mail, téléphone." in told
    assert Person.objects.get().phone == ""


def test_what_nobody_kept_is_told_before_and_after_it_comes_back(animateur_client):
    actor = BelongingFactory(state="approved").actor
    need = MatchFactory(status="helped").need
    IntroductionFactory.create_batch(2, need=need)
    for record, lost in (
        (actor, "1 appartenance."),
        (need, "1 rapprochement, 2 mises en relation."),
    ):
        delete(animateur_client, record)

        told = text(animateur_client.get(recovery(type(record))))
        response = animateur_client.post(recovery(type(record)), follow=True)

        assert f"Effacé avec la fiche, jamais gardé : {lost}" in told
        assert f"Effacé avec la fiche, jamais gardé : {lost}" in text(response)


def test_what_is_computed_again_is_no_loss(animateur_client):
    need = MatchFactory(status="suggested").need
    town = TerritoryFactory()
    Containment.objects.create(container=town, contained=TerritoryFactory())
    for record in (need, town):
        delete(animateur_client, record)

        assert "jamais gardé" not in text(animateur_client.get(recovery(type(record))))


def test_evaluation_comes_back_closed_and_says_what_it_lost(animateur_client):
    evaluation = EvaluationFactory(is_open=True)
    TallyFactory(question__evaluation=evaluation)
    SpentLinkFactory(evaluation=evaluation)
    delete(animateur_client, evaluation.event)

    told = text(animateur_client.get(recovery(Event)))
    response = animateur_client.post(recovery(Event), follow=True)

    assert not Event.objects.get().evaluation.is_open
    for page_text in (told, text(response)):
        assert "jamais gardé : 1 lien utilisé." in page_text
        assert "jamais gardé : 1 compte de réponses." in page_text
        assert "Elle revient fermée" in page_text


def test_bin_is_refused_without_the_rights(client):
    initiative = InitiativeFactory()
    initiative.delete()
    reader = UserFactory(is_staff=True)
    client.force_login(reader)
    assert client.get(page(Initiative, "bin")).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_initiative"))

    assert client.get(page(Initiative, "bin")).status_code == 200
    assert "Sortir" not in text(client.get(page(Initiative, "bin")))
    assert client.post(recovery(Initiative)).status_code == 403
    assert not Initiative.objects.exists()


def test_bin_takes_the_same_queries_at_1_and_15_records(animateur_client):
    InitiativeFactory(source=SourceFactory()).delete()
    animateur_client.get(page(Initiative, "bin"))
    with CaptureQueriesContext(connection) as one:
        animateur_client.get(page(Initiative, "bin"))
    for initiative in InitiativeFactory.create_batch(14, source=SourceFactory()):
        initiative.delete()

    with CaptureQueriesContext(connection) as fifteen:
        animateur_client.get(page(Initiative, "bin"))

    assert len(fifteen) == len(one)


def test_version_that_is_not_in_the_bin_is_not_found(animateur_client):
    initiative = InitiativeFactory()

    for number in (initiative.history.get().history_id, 10**30):
        assert animateur_client.get(page(Initiative, "recover", number)).status_code == 404


def with_children(record, above=()):
    """A record and what is deleted with it: one of each kind that is tracked, and theirs."""
    model, records = type(record), [record]
    for relation in model._meta.related_objects:
        child = relation.related_model
        if relation.on_delete is models.CASCADE and records_of(child) and child not in above:
            made = FACTORIES[child](**{relation.field.name: record})
            records += with_children(made, (*above, model))
    return records


@pytest.mark.parametrize(
    "model",
    # The identity of the network is one record, that nobody deletes.
    [model for model in apps.get_models() if records_of(model) and model is not Identity],
    ids=lambda model: model._meta.label,
)
def test_record_of_each_model_comes_back_with_its_children(model, animateur_client):
    records = with_children(FACTORIES[model]())
    if model in ADMINS:
        delete(animateur_client, records[0])
        shown = animateur_client.get(recovery(model))
        assert (shown.status_code, shown.context["problem"]) == (200, "")
        assert animateur_client.post(recovery(model)).status_code == 302
    else:
        model.objects.get(pk=records[0].pk).delete()
        assert recover(deleted_versions(model).get(id=records[0].pk)).left_out == []

    gone = [each for each in records if not type(each).objects.filter(pk=each.pk).exists()]
    assert gone == []


# Mass actions


def archive(client, records):
    response = client.post(
        page(Initiative, "changelist"),
        {
            "action": "archive_selection",
            "_selected_action": [record.pk for record in records],
            "confirmed": "oui",
        },
        follow=True,
    )
    assert "Annuler" in text(response)
    operation = Initiative.history.first().operation
    assert page(Initiative, "undo", operation) in response.content.decode()
    return page(Initiative, "undo", operation)


def test_mass_action_is_undone_but_for_what_changed_since(animateur_client):
    published, draft = InitiativeFactory(), InitiativeFactory(status="draft")
    changed = InitiativeFactory(title="Reprise")
    address = archive(animateur_client, [published, draft, changed])
    changed.refresh_from_db()
    changed.summary = "Écrit depuis."
    changed.save()

    told = text(animateur_client.get(address))
    response = animateur_client.post(address, follow=True)

    statuses = dict(Initiative.objects.values_list("pk", "status"))
    assert statuses == {published.pk: "published", draft.pk: "draft", changed.pk: "archived"}
    assert "Reprise\N{NO-BREAK SPACE}: changé depuis" in told
    assert "2 fiches remises comme avant." in text(response)
    assert "« Reprise » n'a pas bougé : changé depuis." in text(response)


def test_undoing_goes_back_to_the_list_as_it_was_filtered(animateur_client):
    initiative = InitiativeFactory(title="Un garage", stage="ongoing")
    filtered = page(Initiative, "changelist") + "?q=garage&stage__exact=ongoing"
    data = {"action": "archive_selection", "_selected_action": initiative.pk, "confirmed": "oui"}
    done = BeautifulSoup(animateur_client.post(filtered, data, follow=True).content, "html.parser")
    undo = done.select_one(".messagelist a")["href"]

    asked = BeautifulSoup(animateur_client.get(undo).content, "html.parser")
    back = animateur_client.post(undo)

    assert asked.select_one(".closelink")["href"] == back.url == filtered


def test_mass_action_is_undone_once(animateur_client):
    initiative = InitiativeFactory()
    address = archive(animateur_client, [initiative])
    animateur_client.post(address)

    response = animateur_client.post(address, follow=True)

    assert "Rien n'a été changé." in text(response)
    assert initiative.history.count() == 3


def test_unknown_action_is_not_found(animateur_client):
    assert animateur_client.post(page(Initiative, "undo", uuid.UUID(int=0))).status_code == 404
