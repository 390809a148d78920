"""From a pasted text to the recap of an event: seen, mended, then written at once."""

import html
import re
from datetime import date, time

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from coopemploi.publishing import Publishable
from coopemploi.sources.models import Source
from events.models import (
    Action,
    ActionParty,
    Attendance,
    Event,
    KeyIdea,
    Recap,
    RoundTableDraft,
    Verbatim,
)
from events.pasting.proposals import MOST_ROWS
from events.pasting.proposing import (
    ALREADY,
    GOES_ON,
    IN_ROUND_TABLE,
    ONE_CONTACT,
    ONLY_THERE,
    TOO_LONG,
)
from territories.models import Person
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    AttendanceFactory,
    CompositionFactory,
    EventFactory,
    EventFigureFactory,
    MandateFactory,
    ObstacleFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TEXT = """Retour sur l'atelier de Crestville

Le 4 mai 2021, une vingtaine d'élus se sont réunis pour parler de la mobilité dans les vallées.

Projets émergents : Crestville, Bourgneuf.

1. Se déplacer est la première condition du travail

"On ne trouve pas de travail quand on n'a pas de voiture." Lise Armandou

Lise Armandou, maire de Crestville, a ouvert la séance.

Actions :
- Ouvrir un garage solidaire (porteur : la mission locale)

La prochaine rencontre aura lieu en février 2022 à Lyon.
"""


@pytest.fixture
def event():
    return EventFactory(title="Atelier mobilité")


@pytest.fixture
def crestville():
    return TerritoryFactory(name="Crestville")


def page(event):
    return reverse("admin:events_event_pasted_recap", args=[event.pk])


def pasted(text=TEXT, **values):
    return {"text": text, "title": "Le blog du réseau", "url": "", "published_on": "", **values}


def sent_again(response, **changes):
    """What the page of proposals sends when nobody changes anything but `changes`."""
    form = response.context["form"]
    data = {**pasted(), "save": "1", **{name: form[name].value() for name in ("text", "once")}}
    for formset in response.context["proposals"].formsets.values():
        for field in formset.management_form:
            data[field.html_name] = field.value()
        for form in formset:
            for field in form:
                value = field.value()
                if value not in (None, False):
                    data[field.html_name] = "on" if value is True else value
    for name, value in changes.items():
        data[name] = value
        if value is None:
            del data[name]
    return data


def propose(client, event, text=TEXT):
    response = client.post(page(event), {**pasted(text), "read": "1"})
    assert response.status_code == 200
    return response


def values(response, kind, *names):
    formset = response.context["proposals"].formsets[kind]
    return [tuple(form[name].value() for name in names) for form in formset]


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


ROUND_TABLE = f"""{TEXT}
Participants\tDémarches\tMes défis\tMes besoins\tMes offres
Odile Ferrand / PETR du Lunain\tUne GPECT\tUnir 12 clubs\tDes exemples\tUn guide
Karim Belloc / CC du Vallon\tUn forum\tDurer\tDes idées\tUne salle
"""


def test_tour_de_table_of_a_text_is_received_as_one(animateur_client, event):
    response = propose(animateur_client, event, ROUND_TABLE)
    assert values(response, "people", "last_name", "keep", "note") == [
        ("Armandou", True, ""),
        ("Ferrand", False, IN_ROUND_TABLE),
        ("Belloc", False, IN_ROUND_TABLE),
    ]

    sent = html.unescape(re.search(r'name="text" value="([^"]*)"', response.text)[1])
    address = response.context["round_table_url"]
    assert animateur_client.post(address, {"text": sent}).status_code == 302

    drafts = RoundTableDraft.objects.values_list("data__label", flat=True)
    assert list(drafts) == ["Odile Ferrand / PETR du Lunain", "Karim Belloc / CC du Vallon"]


VISITS = "\nLundi\tVisite de 14 fermes\nMardi\tBilan\n"


def test_rows_of_a_tour_de_table_are_said_once(animateur_client, event):
    table = ROUND_TABLE.removeprefix(TEXT).replace("Mes offres", "Mes offres\tE-mail")
    table = table.replace("Un guide", "Un guide\todile@example.org")
    response = propose(animateur_client, event, f"{TEXT}{VISITS}{table}")
    assert "tableau de 2 contributions" in response.text
    # Another table is no part of it.
    assert response.context["unplaced"] == ["Lundi | Visite de 14 fermes", "Mardi | Bilan"]
    assert values(response, "figures", "value", "keep") == [(20, True), (14, True), (12, False)]


@pytest.mark.usefixtures("_without_perimeters")
def test_rows_are_not_placed_for_whoever_may_not_receive_them(client, event):
    user = UserFactory(is_staff=True)
    names = ("change_event", "view_event", "add_recap", "change_recap")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    response = propose(client, event, ROUND_TABLE)
    assert response.context["round_table_url"] == ""
    assert (
        "Karim Belloc / CC du Vallon | Un forum | Durer | Des idées | Une salle"
        in (response.context["unplaced"])
    )
    assert values(response, "figures", "value", "keep") == [(20, True), (12, True)]


def test_text_without_a_tour_de_table_leads_to_none(animateur_client, event):
    text = f"{TEXT}\nLundi\tVisite\nMardi\tBilan\n"
    assert propose(animateur_client, event, text).context["round_table_url"] == ""


def test_who_was_there_is_ticked_and_speakers_have_their_whole_name(
    animateur_client, event, crestville
):
    text = "Territoires présents : Crestville.\nLise Armandou, maire de Crestville, a ouvert."
    response = propose(animateur_client, event, text)
    assert values(response, "territories", "wording", "keep") == [("Crestville", True)]
    assert "Garder&nbsp;: Lise Armandou" in response.text


DAYS = """Forum des 14 et 15 mars, 9h30-17h, à Dax

Publié le 20/04/2023

On a parlé.

Prochaine réunion le mardi 13 mai, 14 h, salle des Tilleuls.
"""


def test_days_and_times_are_those_of_the_text(animateur_client, event):
    response = propose(animateur_client, event, DAYS)
    names = ("start", "end", "start_time", "end_time")
    assert values(response, "meeting", *names) == [
        ("[14/03/2023] 14 mars", "[15/03/2023] 15 mars", "09:30", "17:00")
    ]
    announced = "Prochaine réunion le mardi 13 mai, 14 h, salle des Tilleuls."
    assert values(response, "next", "start", "start_time", "summary") == [
        ("[13/05/2023] 13 mai", "14:00", announced)
    ]
    assert response.context["form"]["published_on"].value() == "2023-04-20"
    sent = sent_again(response, published_on="2023-04-20")
    animateur_client.post(page(event), sent)

    event.refresh_from_db()
    assert (event.start_latest, event.end_latest) == (date(2023, 3, 14), date(2023, 3, 15))
    assert (event.start_time, event.end_time) == (time(9, 30), time(17))
    assert (event.next_event.start_time, event.next_event.summary) == (time(14), announced)
    assert event.recap.source.published_on.as_input == "20/04/2023"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"meeting-0-end": "1/3/2023"}, "end"),
        ({"meeting-0-end": "", "meeting-0-end_time": "08:00"}, "end_time"),
    ],
)
def test_meeting_does_not_end_before_it_begins(animateur_client, event, changes, field):
    data = sent_again(propose(animateur_client, event, DAYS), **changes)
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    assert list(refused.context["proposals"].formsets["meeting"][0].errors) == [field]


def test_town_of_the_meeting_is_not_proposed_as_its_venue(animateur_client, event):
    text = (
        "Retour sur l'atelier\n\nUne trentaine de personnes se sont retrouvées à Dax pour parler."
    )
    response = propose(animateur_client, event, text)
    assert values(response, "meeting", "venue") == [("Dax",)]
    event.town = TerritoryFactory(name="Dax", kind="commune")
    event.save()
    response = propose(animateur_client, event, text)
    assert [venue for (venue,) in values(response, "meeting", "venue") if venue] == []


def test_what_is_kept_is_written_with_its_source(animateur_client, event, crestville):
    data = sent_again(propose(animateur_client, event))
    response = animateur_client.post(page(event), data)

    event.refresh_from_db()
    recap = event.recap
    recap_page = reverse("admin:events_recap_change", args=[recap.pk])
    assert response.url == f"{recap_page}?retour=rencontre"
    assert (recap.status, event.start.as_input) == (Publishable.Status.DRAFT, "04/05/2021")
    assert (recap.source.title, recap.source.raw_text) == ("Le blog du réseau", TEXT)
    [figure] = event.figures.all()
    assert (figure.value, figure.source) == (20, recap.source)
    [appearance] = event.appearances.all()
    assert (str(appearance.person), appearance.title) == ("Lise Armandou", "maire de Crestville")
    [verbatim] = recap.verbatims.all()
    assert (verbatim.person, verbatim.title) == (appearance.person, "maire de Crestville")
    assert verbatim.key_idea.text == "Se déplacer est la première condition du travail"
    [attendance] = event.attendances.all()
    assert (attendance.territory, attendance.stage) == (crestville, "emerging")
    [action] = event.actions.all()
    assert action.status == Publishable.Status.DRAFT
    assert [party.label for party in action.parties.all()] == ["la mission locale"]
    assert event.next_event.start.as_input == "02/2022"
    assert event.next_event.status == Publishable.Status.DRAFT


def written():
    return [model.objects.count() for model in (Source, Recap, Verbatim, Action, Event, Person)]


def test_page_sent_twice_is_written_once(animateur_client, event, crestville):
    data = sent_again(propose(animateur_client, event))
    first = animateur_client.post(page(event), data)
    before = written()

    again = animateur_client.post(page(event), {**data, "quotes-0-text": "Autre"}, follow=True)

    assert again.redirect_chain == [(first.url, 302)]
    assert "déjà enregistrée" in again.text
    assert written() == before == [1, 1, 1, 1, 2, 1]


def test_text_read_again_after_it_was_written_may_be_kept_further(
    animateur_client, event, crestville
):
    data = sent_again(propose(animateur_client, event), **{"figures-0-keep": None})
    animateur_client.post(page(event), data)
    assert not event.figures.exists()
    del data["save"]

    again = animateur_client.post(page(event), {**data, "read": "1"})
    animateur_client.post(page(event), sent_again(again))

    assert (event.figures.count(), Verbatim.objects.count()) == (1, 1)


def test_page_refused_then_mended_is_written(animateur_client, event, crestville):
    wrong = sent_again(propose(animateur_client, event), **{"figures-0-value": "beaucoup"})
    refused = animateur_client.post(page(event), wrong)

    mended = sent_again(refused, **{"figures-0-value": "20"})
    assert mended["once"] == wrong["once"]
    animateur_client.post(page(event), mended)

    assert Recap.objects.count() == 1


def test_what_is_mended_is_written_as_mended_and_what_is_dropped_is_not(
    animateur_client, event, crestville
):
    changes = {
        "quotes-0-text": "Sans voiture, pas de travail.",
        "quotes-0-idea": "",
        "figures-0-keep": None,
        "figures-0-value": "pas un nombre",
        "actions-0-keep": None,
        "next-0-keep": None,
    }
    data = sent_again(propose(animateur_client, event), **changes)
    assert animateur_client.post(page(event), data).status_code == 302

    [verbatim] = Verbatim.objects.all()
    assert (verbatim.text, verbatim.key_idea) == ("Sans voiture, pas de travail.", None)
    assert not KeyIdea.objects.exists()
    assert not event.figures.exists()
    assert not Action.objects.exists()
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("quotes", {"quotes-0-author": "Somebody Else"}, "gardez-la, ou videz"),
        ("quotes", {"people-0-keep": None}, "gardez-la, ou videz"),
        ("people", {"people-0-person": ""}, "Dites si"),
        ("territories", {"territories-1-keep": "on"}, "Choisissez le territoire"),
        ("figures", {"figures-0-value": "beaucoup"}, "nombre"),
        ("actions", {"actions-0-carriers": "x" * 300}, "trop long"),
    ],
)
def test_error_stands_beside_its_proposal_and_nothing_is_written(
    animateur_client, event, crestville, kind, changes, message
):
    data = sent_again(propose(animateur_client, event), **changes)
    response = animateur_client.post(page(event), data)

    assert response.status_code == 400
    errors = [
        error
        for form in response.context["proposals"].formsets[kind].errors
        for error in form.items()
    ]
    assert message in str(errors)
    assert "Rien n'est enregistré" in response.content.decode()
    assert not Recap.objects.exists()
    assert not Source.objects.exists()


def test_name_of_a_territory_is_looked_up_again_once_mended(animateur_client, event, crestville):
    bains = TerritoryFactory(name="Valdoré-les-Bains")
    changes = {"territories-1-keep": "on", "territories-1-wording": "Valdoré-les-Bains"}
    data = sent_again(propose(animateur_client, event), **changes)
    response = animateur_client.post(page(event), data)
    assert response.status_code == 400
    form = response.context["proposals"].formsets["territories"][1]
    assert str(bains.pk) in [value for value, _ in form.fields["territory"].choices]

    animateur_client.post(page(event), {**data, "territories-1-territory": bains.pk})
    assert set(Attendance.objects.values_list("territory", flat=True)) == {crestville.pk, bains.pk}


@pytest.fixture
def homonyms(db):
    """A Crestville in each of two regions, the first of which has four other towns."""
    found = []
    for region in ("Lunain", "Brévenne"):
        whole = TerritoryFactory(kind="region", name=region)
        for name in ("Crestville", *(f"{region}-{n}" for n in ("Pont", "Port", "Bois", "Bourg"))):
            part = TerritoryFactory(name=name)
            CompositionFactory(whole=whole, part=part)
            if name == "Crestville":
                found.append((whole, part))
    return found


def test_homonym_of_a_present_territory_is_that_of_the_event(animateur_client, event, homonyms):
    text = "Retour\n\nTerritoires présents : Crestville.\n"
    assert values(propose(animateur_client, event, text), "territories", "territory") == [("",)]

    for region, town in homonyms:
        event.territories.set([region])
        response = propose(animateur_client, event, text)
        assert values(response, "territories", "territory", "keep") == [(town.pk, True)]
        form = response.context["proposals"].formsets["territories"][0]
        assert {value for value, _ in form.fields["territory"].choices} == {
            "",
            *(str(each.pk) for _, each in homonyms),
        }


def test_homonym_of_a_present_territory_is_where_the_others_are(animateur_client, event, homonyms):
    names = "Crestville, Lunain-Pont, Lunain-Port, Lunain-Bois, Lunain-Bourg"
    response = propose(animateur_client, event, f"Retour\n\nTerritoires présents : {names}.\n")
    assert values(response, "territories", "territory")[0] == (homonyms[0][1].pk,)

    animateur_client.post(page(event), sent_again(response))
    assert event.attendances.filter(territory=homonyms[0][1]).exists()


def test_homonyms_are_to_be_told_apart(animateur_client, event):
    people = [PersonFactory(first_name="Lise", last_name="Armandou") for _ in range(2)]
    response = propose(animateur_client, event)
    assert values(response, "people", "person") == [("",)]
    choices = [
        value
        for value, _ in response.context["proposals"].formsets["people"][0].fields["person"].choices
    ]
    assert set(choices) == {"", "new", *(str(person.pk) for person in people)}

    data = sent_again(response, **{"people-0-person": people[1].pk})
    animateur_client.post(page(event), data)
    assert [each.person for each in event.appearances.all()] == [people[1]]
    assert Person.objects.count() == 2


def test_what_is_known_already_is_not_proposed_twice(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise)
    EventFigureFactory(event=event, value=20, unit="")
    response = propose(animateur_client, event)
    assert values(response, "people", "keep") == [(False,)]
    assert values(response, "figures", "keep") == [(False,)]
    assert "Déjà noté" in response.content.decode()


def test_quote_of_somebody_noted_already_is_theirs(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise, title="maire")
    response = propose(animateur_client, event)
    assert values(response, "people", "keep") == [(False,)]
    assert values(response, "quotes", "author", "keep") == [("Lise Armandou", True)]

    animateur_client.post(page(event), sent_again(response))

    verbatim = Verbatim.objects.get()
    assert (verbatim.person, verbatim.title) == (lise, "maire")
    assert event.appearances.count() == 1


ACTORS = """Retour sur l'atelier

Landes Mobilité, directrice de Landes Mobilité, a ouvert la séance.

Il y avait 80 personnes réunies, de 3 territoires. Ces 80 personnes engagées ont 3 projets.

Actions :
- Ouvrir un garage (porteur : Landes Mobilité)
- Écrire un guide (avec le conseil départemental)
"""


def test_actors_known_are_no_people_and_carry_what_they_carry(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité")

    response = propose(animateur_client, event, ACTORS)

    assert values(response, "people", "first_name", "keep") == [("Landes", False)]
    notes = values(response, "actions", "carriers", "involved", "note")
    assert notes == [
        ("Landes Mobilité", "", "Acteur reconnu : Landes Mobilité."),
        ("", "le conseil départemental", ""),
    ]
    animateur_client.post(page(event), sent_again(response))
    carriers = ActionParty.objects.order_by("pk").values_list("actor", "label", "role")
    assert list(carriers) == [
        (actor.pk, "", "carrier"),
        (None, "le conseil départemental", "involved"),
    ]
    assert not Person.objects.exists()


def test_actor_named_twice_carries_an_action_once(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité", aliases=["LM"])
    text = "Retour\n\nActions :\n- Ouvrir un garage (porteurs : Landes Mobilité, LM, habitants)\n"

    response = propose(animateur_client, event, text)

    assert values(response, "actions", "note") == [("Acteur reconnu : Landes Mobilité.",)]
    animateur_client.post(page(event), sent_again(response))
    carriers = ActionParty.objects.order_by("pk").values_list("actor", "label", "order")
    assert list(carriers) == [(actor.pk, "", 1), (None, "habitants", 2)]


AXES = """Coopérer pour l'emploi

Les axes travaillés et pistes retenues
- Le logement
Quelles initiatives pour loger qui travaille ?
Action : Création d'un organisme foncier (avec l'implication du département, des EPCI)
- La mobilité
Comment partager les solutions ?
Action : Création d'un guichet unique, fin avril
"""


def test_action_keeps_the_axis_that_retained_it(animateur_client, event):
    response = propose(animateur_client, event, AXES)
    assert values(response, "sessions", "kind", "title") == [
        ("axis", "Le logement"),
        ("axis", "La mobilité"),
    ]
    assert values(response, "actions", "title", "involved", "due") == [
        ("Création d'un organisme foncier", "département ; EPCI", ""),
        ("Création d'un guichet unique", "", "[] fin avril"),
    ]
    animateur_client.post(page(event), sent_again(response, **{"sessions-1-keep": None}))

    actions = event.actions.order_by("pk")
    assert [each.session and each.session.title for each in actions] == ["Le logement", None]
    assert [str(each.due or "") for each in actions] == ["", "fin avril"]


def test_long_action_is_cut_in_its_title_alone(animateur_client, event):
    said = "Ouvrir un garage " + "et encore un garage " * 15
    response = propose(animateur_client, event, f"Retour\n\nActions :\n- {said}\n")
    animateur_client.post(page(event), sent_again(response))
    action = event.actions.get()
    assert (len(action.title), action.reason) == (250, said.strip())


def test_what_an_actor_said_is_no_words_of_a_person(animateur_client, event):
    ActorFactory(name="Landes Mobilité")
    text = "Retour\n\n« Nous voulons avancer ensemble sur ce sujet », dit Landes Mobilité.\n"

    response = propose(animateur_client, event, text)

    assert values(response, "quotes", "author", "title") == [("", "Landes Mobilité")]
    animateur_client.post(page(event), sent_again(response))
    assert Verbatim.objects.get().title == "Landes Mobilité"


def test_figure_told_twice_is_ticked_once(animateur_client, event):
    response = propose(animateur_client, event, ACTORS)

    kept = [(int(value), keep) for value, keep in values(response, "figures", "value", "keep")]
    assert kept == [(80, True), (3, True), (80, False), (3, True)]


def test_results_of_an_evaluation_are_no_key_figures(animateur_client, event):
    text = "Retour\n\nQuestionnaire : 40 % des 25 répondants veulent revenir. 6 % de chômage."

    response = propose(animateur_client, event, text)

    names = ("value", "label", "base", "base_label", "keep")
    assert values(response, "results", *names) == [(40, "veulent revenir", 25, "répondants", True)]
    animateur_client.post(page(event), sent_again(response))
    [result] = event.evaluation_results.all()
    assert (result.value, result.label, result.base) == (40, "veulent revenir", 25)
    assert result.is_declared
    assert result.source == Recap.objects.get().source
    assert [figure.value for figure in event.figures.all()] == [6]
    again = propose(animateur_client, event, text)
    assert values(again, "results", "keep") == [(False,)]


def test_links_of_a_text_are_those_of_the_recap(animateur_client, event):
    text = (
        "Retour\n\nLes supports : https://example.org/s/8fZk\n\n"
        "Le replay : https://example.org/video"
    )
    response = propose(animateur_client, event, text)
    animateur_client.post(page(event), sent_again(response))

    recap = Recap.objects.get()
    assert list(recap.links.values_list("title", "url")) == [
        ("Les supports", "https://example.org/s/8fZk")
    ]
    assert recap.replay_url == "https://example.org/video"
    again = propose(animateur_client, event, text)
    assert values(again, "links", "keep") == [(False,), (False,)]


def test_those_who_held_the_meeting_are_its_parties(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité")
    text = "Retour\n\nLa journée était organisée par Landes Mobilité et les clubs."

    response = propose(animateur_client, event, text)
    assert values(response, "parties", "role", "label", "actor") == [
        ("organiser", "Landes Mobilité", actor.pk),
        ("organiser", "clubs", ""),
    ]
    animateur_client.post(page(event), sent_again(response))

    parties = event.parties.values_list("role", "actor", "label")
    assert list(parties) == [("organiser", actor.pk, ""), ("organiser", None, "clubs")]
    again = propose(animateur_client, event, text)
    assert values(again, "parties", "keep") == [(False,), (False,)]


OBJECTIVES = """Coopérer pour l'emploi

Objectif et sous-objectifs :
- Choisir quelques actions qui puissent :
– S'engager à court terme
– Être utiles au département - Changer de paradigme
- Se connaître

Objectifs 2025
- Doubler les visites
"""


def test_objectives_keep_their_criteria(animateur_client, event):
    response = propose(animateur_client, event, OBJECTIVES)
    assert values(response, "objectives", "kind", "text") == [
        ("objective", "Choisir quelques actions qui puissent"),
        ("criterion", "S'engager à court terme"),
        ("criterion", "Être utiles au département"),
        ("objective", "Changer de paradigme"),
        ("objective", "Se connaître"),
    ]
    assert values(response, "sections", "title", "body") == [
        ("Objectifs 2025", "- Doubler les visites")
    ]
    animateur_client.post(page(event), sent_again(response))

    written = event.objectives.values_list("text", "parent__text")
    assert list(written)[1:4] == [
        ("S'engager à court terme", "Choisir quelques actions qui puissent"),
        ("Être utiles au département", "Choisir quelques actions qui puissent"),
        ("Changer de paradigme", None),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"{'Se voir. ' * 40}Se revoir. {'Se dire. ' * 40}Finir.", ["objective", "criterion"]),
        (f"{'mot ' * 200}fin", ["objective", "criterion", "criterion"]),
        (f"{'m' * 399} fin", ["objective", "criterion"]),
        ("m" * 400, ["objective"]),
    ],
)
def test_objective_too_long_is_one_with_its_criteria(animateur_client, event, text, kinds):
    response = propose(animateur_client, event, f"Retour\n\nObjectifs :\n- {text}\n")
    assert [kind for (kind,) in values(response, "objectives", "kind")] == kinds
    assert animateur_client.post(page(event), sent_again(response)).status_code == 302

    first, *others = event.objectives.all()
    assert " ".join(each.text for each in (first, *others)) == text
    assert {each.parent for each in others} <= {first}


def test_objective_is_cut_where_a_sentence_ends(animateur_client, event):
    text = f"{'Se voir. ' * 44}Se revoir."
    response = propose(animateur_client, event, f"Retour\n\nObjectifs :\n- {text}\n")
    assert values(response, "objectives", "text", "note") == [
        (("Se voir. " * 44).strip(), TOO_LONG),
        ("Se revoir.", GOES_ON),
    ]


def test_session_whose_title_is_too_long_keeps_it_whole(animateur_client, event):
    title = f"Le garage {'partagé ' * 30}".strip()
    response = propose(animateur_client, event, f"Retour\n\nAtelier 1 : {title}\nIl ouvre.\n")
    assert values(response, "sessions", "title", "outcome") == [
        (f"{title[:199]}…", f"{title}\nIl ouvre.")
    ]


ABOUT = """Retour sur l'atelier

« Aller vers les habitants » : telle était la thématique choisie.

Lise Armandou, maire de Crestville, a fait le point sur les trajets de la vallée.

On a débattu des freins à l'emploi (problème de mobilités, garde d'enfants, ennui).
"""


def test_what_a_meeting_was_about_is_kept_in_its_fields(animateur_client, event):
    mobility = ObstacleFactory(name="Mobilité")
    ObstacleFactory(name="Garde")
    children = ObstacleFactory(name="Garde d'enfants")
    response = propose(animateur_client, event, ABOUT)
    assert values(response, "meeting", "topic") == [("Aller vers les habitants",)]
    assert values(response, "people", "topic") == [("les trajets de la vallée",)]
    assert values(response, "obstacles", "wording", "obstacle", "keep") == [
        ("problème de mobilités", mobility.pk, True),
        ("garde d'enfants", children.pk, True),
        ("ennui", "", False),
    ]
    animateur_client.post(page(event), sent_again(response, **{"obstacles-1-keep": None}))

    event.refresh_from_db()
    assert event.topic == "Aller vers les habitants"
    assert event.appearances.get().topic == "les trajets de la vallée"
    assert list(event.obstacles.all()) == [mobility]
    again = propose(animateur_client, event, ABOUT)
    assert values(again, "obstacles", "keep") == [(False,), (True,), (False,)]
    assert values(again, "people", "keep") == [(False,)]


def test_obstacle_that_two_terms_say_is_a_choice(animateur_client, event):
    ObstacleFactory(name="Mobilité")
    housing = ObstacleFactory(name="Logement")
    text = "Retour\n\nLes freins (mobilité ou logement, ennui) sont connus.\n"
    response = propose(animateur_client, event, text)
    assert values(response, "obstacles", "obstacle", "keep")[0] == ("", False)

    data = sent_again(response, **{"obstacles-0-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert list(refused.context["proposals"].formsets["obstacles"][0].errors) == ["obstacle"]
    animateur_client.post(page(event), {**data, "obstacles-0-obstacle": housing.pk})
    assert list(event.obstacles.all()) == [housing]


def test_topic_is_added_to_a_speech_that_has_none(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    speech = AppearanceFactory(event=event, person=lise, topic="")
    response = propose(animateur_client, event, ABOUT)
    assert values(response, "people", "keep") == [(True,)]
    animateur_client.post(page(event), sent_again(response))
    speech.refresh_from_db()
    assert speech.topic == "les trajets de la vallée"

    speech.topic = "Le garage"
    speech.save()
    again = propose(animateur_client, event, ABOUT)
    assert values(again, "people", "keep") == [(False,)]
    animateur_client.post(page(event), sent_again(again, **{"people-0-keep": "on"}))
    speech.refresh_from_db()
    assert speech.topic == "Le garage"


def test_topic_of_whoever_did_not_speak_is_refused_beside_it(animateur_client, event):
    data = sent_again(propose(animateur_client, event, ABOUT), **{"people-0-role": "present"})
    refused = animateur_client.post(page(event), data)
    assert list(refused.context["proposals"].formsets["people"][0].errors) == ["topic"]


PROSE = """Retour sur l'atelier

La journée a commencé par une visite.

## Le garage

Il répare <script>alert(1) des voitures.

Il embauche aussi.

## Nous écrire

Écrire à lise@example.org pour le visiter.
"""


def test_prose_is_kept_as_the_parts_of_the_recap(animateur_client, event):
    response = propose(animateur_client, event, PROSE)
    assert values(response, "sections", "title", "keep") == [
        ("La rencontre", True),
        ("Le garage", True),
        ("Nous écrire", False),
    ]
    assert "une adresse e-mail" in response.content.decode().lower()

    animateur_client.post(page(event), sent_again(response, **{"sections-0-keep": None}))

    [section] = Recap.objects.get().sections.all()
    assert (section.title, section.body.splitlines()) == (
        "Le garage",
        ["Il répare <script>alert(1) des voitures.", "", "Il embauche aussi."],
    )
    assert event.sessions.count() == 0
    again = propose(animateur_client, event, PROSE)
    assert values(again, "sections", "title", "keep", "note")[1] == (
        "Le garage",
        False,
        "Déjà noté à cette rencontre.",
    )


def test_part_kept_is_shown_without_any_markup_of_the_text(animateur_client, client, event):
    response = propose(animateur_client, event, PROSE)
    animateur_client.post(page(event), sent_again(response))
    Recap.objects.get().publish()
    event.status = "published"
    event.save()

    shown = client.get(event.get_absolute_url()).content.decode()

    assert "Il répare &lt;script&gt;alert(1) des voitures." in shown


def test_part_without_a_title_is_refused_beside_it(animateur_client, event):
    response = propose(animateur_client, event, PROSE)

    refused = animateur_client.post(page(event), sent_again(response, **{"sections-1-title": ""}))

    assert refused.status_code == 400
    form = refused.context["proposals"].formsets["sections"].forms[1]
    assert "obligatoire" in form.errors["title"][0]
    assert not Recap.objects.exists()


def test_who_was_only_there_is_not_ticked_as_a_speaker(animateur_client, event):
    text = (
        "Étaient présents : Mme Odile Ferrand (élue), M. Karim Belloc (maire).\n\n"
        "M. Belloc souligne : « La navette ne passe plus après le travail. »"
    )
    response = propose(animateur_client, event, text)
    assert values(response, "people", "last_name", "keep") == [
        ("Ferrand", False),
        ("Belloc", True),
    ]


ATTENDANCE = """Retour sur l'atelier

Étaient là : Odile Ferrand (mission locale), M. Karim Belloc (maire).
Excusés : la CAF, Paul Orsini

Contact : Lise Armandou, chargée de mission
"""


def test_who_was_there_or_excused_is_no_speaker_once_kept(animateur_client, event):
    response = propose(animateur_client, event, ATTENDANCE)
    assert values(response, "people", "last_name", "role", "keep") == [
        ("Ferrand", "present", False),
        ("Belloc", "present", False),
        ("Orsini", "excused", False),
        ("Armandou", "contact", True),
    ]
    kept = {"people-0-keep": "on", "people-2-keep": "on"}
    animateur_client.post(page(event), sent_again(response, **kept))

    there = event.attendances.values_list("person__last_name", "status")
    assert list(there) == [("Ferrand", "present"), ("Orsini", "excused")]
    assert not event.appearances.exists()


def test_whom_the_text_tells_to_write_to_is_the_contact_of_the_recap(animateur_client, event):
    first = propose(animateur_client, event, ATTENDANCE)
    animateur_client.post(page(event), sent_again(first))

    contact = Recap.objects.get().contact
    assert str(contact) == "Lise Armandou, chargée de mission"
    again = propose(animateur_client, event, ATTENDANCE)
    assert values(again, "people", "keep")[3] == (False,)


def test_contact_without_a_function_is_refused_beside_it(animateur_client, event):
    response = propose(animateur_client, event, "Retour\n\nContact : Mme Lise Armandou")
    assert values(response, "people", "role", "keep") == [("contact", False)]
    data = sent_again(response, **{"people-0-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    assert refused.context["proposals"].formsets["people"][0].errors == {
        "title": ["Donnez une fonction ou un acteur au contact."]
    }


@pytest.mark.parametrize(
    ("is_theirs", "has_function"), [(True, False), (False, True), (False, False)]
)
def test_contact_is_given_a_function_by_whoever_may_edit_them(
    client, event, is_theirs, has_function
):
    here, elsewhere = TerritoryFactory(), TerritoryFactory()
    event.territories.add(here)
    actor = ActorFactory()
    ActorTerritoryFactory(actor=actor, territory=here if is_theirs else elsewhere)
    person = PersonFactory(first_name="Lise", last_name="Armandou")
    title = "chargée de mission" if has_function else "maire"
    PositionFactory(
        person=person, actor=actor if is_theirs or not has_function else None, title=title
    )
    client.force_login(MandateFactory(territory=here).user)

    response = propose(client, event, ATTENDANCE)
    written = client.post(page(event), sent_again(response))

    may = is_theirs or has_function
    assert written.status_code == (302 if may else 400)
    assert Recap.objects.filter(contact__person=person).exists() == may
    assert person.positions.count() == (2 if is_theirs else 1)
    if not may:
        assert written.context["proposals"].formsets["people"][3].errors == {
            "person": ["Vos droits ne permettent pas de donner une fonction à cette personne."]
        }


CONTACTS = """Retour sur l'atelier

Contacts : Lise Armandou, chargée de mission, et Paul Orsini, directeur du garage
"""


def test_second_contact_is_a_choice_and_is_told_beside_itself(animateur_client, event):
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "last_name", "role", "keep", "note") == [
        ("Armandou", "contact", True, ""),
        ("Orsini", "contact", False, ONE_CONTACT),
    ]

    data = sent_again(response, **{"people-1-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    first, second = refused.context["proposals"].formsets["people"]
    assert not first.errors
    assert "c'est déjà Lise Armandou" in second.errors["role"][0]
    assert not Recap.objects.exists()

    animateur_client.post(page(event), {**data, "people-1-role": "present"})
    assert Recap.objects.get().contact.person.last_name == "Armandou"
    assert event.attendances.get().person.last_name == "Orsini"


def test_contact_of_a_recap_is_not_replaced_by_that_of_a_text(animateur_client, event):
    contact = PositionFactory(title="coordinatrice")
    RecapFactory(event=event, contact=contact)
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "keep", "note") == [(False, ONE_CONTACT)] * 2

    data = sent_again(response, **{"people-1-keep": "on"})
    refused = animateur_client.post(page(event), data)
    error = refused.context["proposals"].formsets["people"][1].errors["role"][0]
    assert str(contact) in error
    assert event.recap.contact == contact


def test_who_spoke_may_be_the_contact_too(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise)
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "keep", "note")[0] == (True, "")


def test_who_was_invited_is_noted_as_present_and_who_is_noted_is_told(animateur_client, event):
    lise, karim = (
        PersonFactory(first_name=first, last_name=last)
        for first, last in (("Odile", "Ferrand"), ("Karim", "Belloc"))
    )
    AttendanceFactory(event=event, territory=None, person=lise, status="invited")
    AttendanceFactory(event=event, territory=None, person=karim, status="represented")
    response = propose(animateur_client, event, ATTENDANCE)
    assert [note for (note,) in values(response, "people", "note")[:2]] == [
        ONLY_THERE,
        ALREADY,
    ]
    kept = {"people-0-keep": "on", "people-1-keep": "on"}
    animateur_client.post(page(event), sent_again(response, **kept))
    there = event.attendances.values_list("person__last_name", "status")
    assert set(there) == {("Ferrand", "present"), ("Belloc", "represented")}


@pytest.mark.parametrize(
    ("status", "stage", "keep", "written"),
    [
        ("registered", "emerging", True, ("present", "emerging")),
        ("present", "", True, ("present", "emerging")),
        ("present", "candidate", False, ("present", "candidate")),
    ],
)
def test_territory_noted_is_proposed_for_what_the_text_adds(
    animateur_client, event, crestville, status, stage, keep, written
):
    attendance = AttendanceFactory(event=event, territory=crestville, status=status, stage=stage)
    response = propose(animateur_client, event)
    assert values(response, "territories", "keep")[0] == (keep,)

    data = sent_again(response, **{"territories-0-keep": "on"})
    animateur_client.post(page(event), data)
    attendance.refresh_from_db()
    assert (attendance.status, attendance.stage) == written
    assert event.attendances.count() == 1


def test_what_the_meeting_says_is_not_asked_again(animateur_client, event):
    event.start, event.venue = "03/05/2021", "Écosite"
    event.save()
    response = propose(animateur_client, event)
    [form] = response.context["proposals"].formsets["meeting"]
    assert list(form.fields) == ["keep", "standfirst", "topic", "excerpt", "note"]


def test_what_somebody_notes_meanwhile_is_not_replaced_unsaid(animateur_client, event):
    data = sent_again(propose(animateur_client, event))
    event.start, event.next_event = "03/05/2021", EventFactory(title="Suite prévue")
    event.save()
    refused = animateur_client.post(page(event), data)
    formsets = refused.context["proposals"].formsets
    assert list(formsets["meeting"][0].errors) == ["start"]
    assert "Suite prévue" in formsets["next"][0].errors["title"][0]

    kept = {"meeting-0-start": "", "next-0-keep": ""}
    animateur_client.post(page(event), {**data, **kept})
    event.refresh_from_db()
    assert (event.start.as_input, event.next_event.title) == ("03/05/2021", "Suite prévue")


def test_recap_begun_keeps_what_it_says(animateur_client, event):
    recap = RecapFactory(event=event, standfirst="Mon chapô.", status="published")
    response = propose(animateur_client, event)
    assert "se verra aussitôt" in response.content.decode()
    animateur_client.post(page(event), sent_again(response))
    recap.refresh_from_db()
    assert (recap.standfirst, recap.verbatims.count()) == ("Mon chapô.", 1)


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
