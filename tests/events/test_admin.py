import html
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coopemploi.publishing import Publishable
from events.models import Attendance, Event, Recap, RoundTableEntry
from territories.models import Mandate
from tests.factories import (
    ActionFactory,
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    EventActorFactory,
    EventFactory,
    EventFigureFactory,
    KeyIdeaFactory,
    MandateFactory,
    ObjectiveFactory,
    RecapFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
    SessionFactory,
    TerritoryFactory,
    UserFactory,
    VerbatimFactory,
)

ADD = reverse("admin:events_event_add")
INLINES = (
    "parties",
    "objectives",
    "sessions",
    "appearances",
    "attendances",
    "figures",
    "evaluation_results",
)


@pytest.fixture
def count_queries(animateur_client):
    """The number of queries of a page, once the content types are in their cache."""

    def count(url):
        assert animateur_client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(url)
        return len(queries)

    return count


def event_data(rows=None, **values):
    data = {"kind": "atelier", "title": "Une rencontre", "status": Publishable.Status.DRAFT}
    for prefix in INLINES:
        total = (rows or {}).get(prefix, 0)
        data |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
    return {**data, **values}


def presence(number, **values):
    row = {"status": "present", "order": 0, **values}
    return {f"attendances-{number}-{name}": value for name, value in row.items()}


def change_url(obj):
    return reverse(f"admin:events_{obj._meta.model_name}_change", args=[obj.pk])


def formset(response, prefix):
    assert response.status_code == 200
    formsets = [each.formset for each in response.context["inline_admin_formsets"]]
    return next(each for each in formsets if each.prefix == prefix)


def choices(response, prefix, field):
    form = formset(response, prefix).empty_form
    return [str(label) for value, label in form.fields[field].choices if value]


def fill(event, number):
    for factory in (
        EventActorFactory,
        ObjectiveFactory,
        SessionFactory,
        AttendanceFactory,
        EventFigureFactory,
    ):
        factory.create_batch(number, event=event)
    session = event.sessions.first()
    for appearance in AppearanceFactory.create_batch(number, event=event, session=session):
        appearance.actors.add(event.parties.first().actor)


def test_event_form_takes_the_same_queries_at_1_and_30_rows(animateur_client, count_queries):
    event = EventFactory()
    fill(event, 1)
    with_one = count_queries(change_url(event))
    fill(event, 29)

    assert count_queries(change_url(event)) == with_one
    assert with_one <= 31


def test_recap_form_takes_the_same_queries_at_1_and_30_rows(animateur_client, count_queries):
    recap = RecapFactory()
    VerbatimFactory(recap=recap, key_idea=KeyIdeaFactory(recap=recap))
    with_one = count_queries(change_url(recap))
    for idea in KeyIdeaFactory.create_batch(29, recap=recap):
        VerbatimFactory(recap=recap, key_idea=idea)

    assert count_queries(change_url(recap)) == with_one
    assert with_one <= 31


def test_round_table_form_takes_the_same_queries_at_1_and_30_rows(animateur_client, count_queries):
    entry = RoundTableEntryFactory()
    RoundTablePersonFactory(entry=entry)
    RoundTableItemFactory(entry=entry)
    with_one = count_queries(change_url(entry))
    RoundTablePersonFactory.create_batch(29, entry=entry)
    RoundTableItemFactory.create_batch(29, entry=entry)

    assert count_queries(change_url(entry)) == with_one
    assert with_one <= 31


def test_date_that_does_not_exist_is_refused_beside_it(animateur_client):
    response = animateur_client.post(ADD, event_data(start="31/02/2020"))

    assert response.context["adminform"].form.errors == {
        "start": ["Le 31/02/2020 n'existe pas dans le calendrier."]
    }
    assert not Event.objects.exists()


def test_end_before_its_start_is_refused_beside_the_end(animateur_client):
    response = animateur_client.post(ADD, event_data(start="17/10/2021", end="16/10/2021"))

    assert response.context["adminform"].form.errors == {"end": ["La fin précède le début."]}
    assert not Event.objects.exists()


def test_error_in_a_row_saves_nothing_of_the_event(animateur_client):
    response = animateur_client.post(
        ADD, event_data({"attendances": 1}, **presence(0, status="invited"))
    )

    assert formset(response, "attendances").errors == [
        {"territory": ["Choisissez un territoire, un acteur ou une personne."]}
    ]
    assert not Event.objects.exists()


def test_same_presence_twice_on_the_page_is_refused(animateur_client):
    territory = TerritoryFactory()
    rows = {}
    for number in range(2):
        rows |= presence(number, territory=territory.pk)

    response = animateur_client.post(ADD, event_data({"attendances": 2}, **rows))

    assert formset(response, "attendances").errors == [
        {},
        {"territory": ["Cette présence est déjà notée."]},
    ]
    assert not Attendance.objects.exists()


def test_presence_already_recorded_is_refused(animateur_client):
    attendance = AttendanceFactory()
    event = attendance.event
    row = presence(0, territory=attendance.territory.pk)

    response = animateur_client.post(
        change_url(event), event_data({"attendances": 1}, title=event.title, **row)
    )

    assert formset(response, "attendances").errors == [
        {"territory": ["Cette présence est déjà notée."]}
    ]


def test_appearance_offers_only_the_sessions_of_its_event(animateur_client):
    event = EventFactory()
    SessionFactory(event=event, title="La nôtre")
    SessionFactory(title="Une autre")

    response = animateur_client.get(change_url(event))

    assert choices(response, "appearances", "session") == ["La nôtre"]


def test_objective_offers_only_the_objectives_of_its_event(animateur_client):
    objective = ObjectiveFactory(text="Le nôtre")
    ObjectiveFactory(text="Un autre")

    response = animateur_client.get(change_url(objective.event))

    assert choices(response, "objectives", "parent") == ["Le nôtre"]


def test_verbatim_offers_only_the_ideas_of_its_recap(animateur_client):
    idea = KeyIdeaFactory(text="La nôtre")
    KeyIdeaFactory(text="Une autre")

    response = animateur_client.get(change_url(idea.recap))

    assert choices(response, "verbatims", "key_idea") == ["La nôtre"]


def test_event_leads_to_its_recap_to_write_then_to_change(animateur_client):
    event = EventFactory()
    write = f"{reverse('admin:events_recap_add')}?event={event.pk}&retour=rencontre"

    page = animateur_client.get(change_url(event))
    assert links_to_recap(page) == {"Rédiger le compte rendu": write}
    form = animateur_client.get(write).context["adminform"].form
    assert form.initial["event"] == str(event.pk)

    recap = RecapFactory(event=event)
    page = animateur_client.get(change_url(event))
    change = f"{change_url(recap)}?retour=rencontre"
    assert links_to_recap(page) == {"Modifier le compte rendu": change}


def links_to_recap(page):
    links = BeautifulSoup(page.content, "html.parser").select("#content .object-tools a")
    return {link.text: link["href"] for link in links if link.text.endswith("le compte rendu")}


def recap_data(event):
    data = {"event": event.pk, "status": Publishable.Status.DRAFT}
    for prefix in ("sections", "key_ideas", "verbatims", "pictures", "documents", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def test_recap_saved_leads_back_where_one_comes_from(animateur_client):
    event = EventFactory()
    [write] = links_to_recap(animateur_client.get(change_url(event))).values()
    data = recap_data(event)
    response = animateur_client.post(write, data)
    assert response["Location"] == change_url(event)

    [change] = links_to_recap(animateur_client.get(change_url(event))).values()
    kept = animateur_client.post(change, {**data, "_continue": "1"})["Location"]
    assert animateur_client.post(kept, data)["Location"] == change_url(event)
    listed = animateur_client.post(change_url(event.recap), data)["Location"]
    assert listed == reverse("admin:events_recap_changelist")


def test_session_saved_from_its_event_leads_back_there(animateur_client):
    session = SessionFactory(title="L'emploi demain")
    page = BeautifulSoup(animateur_client.get(change_url(session.event)).content, "html.parser")
    url = page.select_one("#sessions-0 .field-classification a")["href"]
    data = {"event": session.event_id, "kind": session.kind, "order": 1, "title": "Demain"}

    assert animateur_client.post(url, data)["Location"] == change_url(session.event)
    listed = animateur_client.post(change_url(session), data)["Location"]
    assert listed == reverse("admin:events_session_changelist")


def test_second_recap_of_an_event_is_refused_beside_the_event(animateur_client):
    recap = RecapFactory()
    response = animateur_client.post(reverse("admin:events_recap_add"), recap_data(recap.event))

    assert response.context["adminform"].form.errors == {
        "event": ["Une autre fiche (compte rendu) l'a déjà."]
    }
    assert Recap.objects.count() == 1


def test_event_leads_to_its_own_round_table(animateur_client):
    entry = RoundTableEntryFactory()
    RoundTableEntryFactory()

    response = animateur_client.get(
        reverse("admin:events_roundtableentry_changelist"), {"event__exact": entry.event.pk}
    )

    assert list(response.context["cl"].result_list) == [entry]


def test_event_is_found_by_its_town_without_accents(animateur_client):
    EventFactory(title="Atelier", town=TerritoryFactory(name="Évreux"))
    EventFactory(title="Atelier", town=TerritoryFactory(name="Dax"))

    response = animateur_client.get(
        reverse("admin:events_event_changelist"), {"q": "atelier evreux"}
    )

    assert [str(event.town) for event in response.context["cl"].result_list] == ["Évreux"]


def ideas_data(*rows):
    """Rows of key ideas, as (record, number, text)."""
    known = sum(idea is not None for idea, *_ in rows)
    data = {"key_ideas-TOTAL_FORMS": len(rows), "key_ideas-INITIAL_FORMS": known}
    for number, (idea, order, text) in enumerate(rows):
        data[f"key_ideas-{number}-text"] = text
        data[f"key_ideas-{number}-order"] = order
        if idea is not None:
            data[f"key_ideas-{number}-id"] = idea.pk
    for prefix in ("sections", "verbatims", "pictures", "documents", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def save_ideas(client, recap, *rows, **more):
    data = {"event": recap.event.pk, "status": recap.status, **ideas_data(*rows), **more}
    response = client.post(change_url(recap), data)
    assert response.status_code == 302, response.context["errors"]
    return list(recap.key_ideas.values_list("order", "text"))


def save_event(client, event, **values):
    response = client.post(change_url(event), event_data(**values))
    assert response.status_code == 302, response.context["errors"]
    return html.unescape(client.get(change_url(event)).text)


def test_event_published_leads_to_its_actors_that_nobody_sees(animateur_client):
    event = EventFactory(status="draft")
    host, there, spoken_for, seen, _elsewhere = (
        ActorFactory(status=status)
        for status in ("draft", "proposed", "draft", "published", "draft")
    )
    for actor in (host, seen):
        EventActorFactory(event=event, actor=actor)
    AttendanceFactory(event=event, territory=None, actor=there)
    AppearanceFactory(event=event).actors.add(host, spoken_for)
    unseen = "3 acteurs de cette rencontre ne sont pas publiés"

    assert unseen not in save_event(animateur_client, event)
    page = save_event(animateur_client, event, status="published")

    assert unseen in page
    link = BeautifulSoup(page, "html.parser").select_one(".messagelist a")
    shown = animateur_client.get(link["href"]).context["cl"].queryset
    assert set(shown) == {host, there, spoken_for}
    for actor in shown:
        actor.publish()
    assert "de cette rencontre" not in save_event(animateur_client, event, status="published")


@pytest.mark.django_db
def test_event_published_tells_only_of_actors_that_one_may_publish(client):
    user = UserFactory(is_staff=True)
    MandateFactory(
        user=user, role=Mandate.Role.ANIMATEUR, territory=TerritoryFactory(), network=None
    )
    event = EventFactory(created_by=user, status="draft")
    mine = ActorFactory(status="draft", created_by=user)
    for actor in (mine, ActorFactory(status="draft", created_by=UserFactory())):
        EventActorFactory(event=event, actor=actor)
    client.force_login(user)

    page = save_event(client, event, status="published")

    assert "1 acteur de cette rencontre n'est pas publié" in page
    link = BeautifulSoup(page, "html.parser").select_one(".messagelist a")
    assert list(client.get(link["href"]).context["cl"].queryset) == [mine]


def test_recap_published_leads_to_its_actions_that_nobody_sees(animateur_client):
    recap = RecapFactory(status="draft")
    for status in ("draft", "proposed", "published", "archived"):
        ActionFactory(event=recap.event, status=status)
    drafts = "2 actions de cette rencontre ne sont pas encore publiées"

    save_ideas(animateur_client, recap)
    page = animateur_client.get(change_url(recap))
    assert drafts not in page.text

    save_ideas(animateur_client, recap, status="published")
    page = animateur_client.get(change_url(recap))
    assert drafts in page.text
    link = BeautifulSoup(page.content, "html.parser").select_one(".messagelist a")
    shown = animateur_client.get(link["href"]).context["cl"].queryset
    assert sorted(action.status for action in shown) == ["draft", "proposed"]


def test_recap_published_leads_to_its_meeting_that_nobody_sees(animateur_client):
    recap = RecapFactory(status="draft", event__status="draft")
    unseen = "sa rencontre n'est pas publiée"

    save_ideas(animateur_client, recap)
    assert unseen not in animateur_client.get(change_url(recap)).text

    save_ideas(animateur_client, recap, status="published")
    page = animateur_client.get(change_url(recap))
    assert unseen in page.text
    link = BeautifulSoup(page.content, "html.parser").select_one(".messagelist a")
    assert link["href"] == reverse("admin:events_event_change", args=[recap.event.pk])

    recap.event.publish()
    save_ideas(animateur_client, recap, status="published")
    assert unseen not in animateur_client.get(change_url(recap)).text


@pytest.mark.django_db
def test_recap_published_tells_only_of_actions_that_one_may_publish(client):
    user = UserFactory(is_staff=True)
    MandateFactory(
        user=user, role=Mandate.Role.ANIMATEUR, territory=TerritoryFactory(), network=None
    )
    recap = RecapFactory(created_by=user)  # of a meeting that lies nowhere
    mine = ActionFactory(event=recap.event, status="draft", created_by=user)
    ActionFactory(event=recap.event, status="draft", created_by=UserFactory())
    client.force_login(user)

    save_ideas(client, recap)
    page = client.get(change_url(recap))

    link = BeautifulSoup(page.content, "html.parser").select_one(".messagelist a")
    assert "1 action de cette rencontre n'est pas encore publiée" in html.unescape(page.text)
    assert list(client.get(link["href"]).context["cl"].queryset) == [mine]


def test_rows_without_a_number_are_numbered_as_on_the_page(animateur_client):
    recap = RecapFactory()

    saved = save_ideas(animateur_client, recap, (None, "", "a"), (None, "0", "b"), (None, "", "c"))

    assert saved == [(1, "a"), (2, "b"), (3, "c")]


def test_row_added_without_a_number_comes_last_and_moves_no_other(animateur_client):
    recap = RecapFactory()
    first = KeyIdeaFactory(recap=recap, order=3, text="a")
    second = KeyIdeaFactory(recap=recap, order=7, text="b")

    saved = save_ideas(animateur_client, recap, (first, 9, "a"), (second, 7, "b"), (None, "", "c"))

    assert saved == [(7, "b"), (9, "a"), (10, "c")]


def test_recorded_rows_without_a_number_are_numbered_when_the_page_is_saved(animateur_client):
    recap = RecapFactory()
    rows = [
        (KeyIdeaFactory(recap=recap, order=order, text=text), order, text)
        for order, text in ((0, "a"), (0, "b"), (1, "c"))
    ]

    saved = save_ideas(animateur_client, recap, *rows, (None, "", "d"))

    assert saved == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_rows_that_nobody_touched_are_left_as_they_are(animateur_client):
    recap = RecapFactory()
    rows = [(KeyIdeaFactory(recap=recap, text=text), 0, text) for text in "ab"]

    assert save_ideas(animateur_client, recap, *rows) == [(0, "a"), (0, "b")]
    assert [idea.history.count() for idea, *_ in rows] == [1, 1]


def test_emptied_number_keeps_the_row_below_the_one_above_it(animateur_client):
    recap = RecapFactory()
    rows = [
        (KeyIdeaFactory(recap=recap, order=order, text=text), typed, text)
        for order, text, typed in ((1, "a", 1), (2, "b", ""), (3, "c", 3))
    ]

    assert save_ideas(animateur_client, recap, *rows) == [(1, "a"), (2, "b"), (3, "c")]


def test_deleted_row_takes_no_number(animateur_client):
    recap = RecapFactory()
    rows = [
        (KeyIdeaFactory(recap=recap, order=order, text=text), order, text)
        for order, text in ((1, "a"), (2, "b"))
    ]

    saved = save_ideas(
        animateur_client, recap, *rows, (None, "", "c"), **{"key_ideas-1-DELETE": "on"}
    )

    assert saved == [(1, "a"), (2, "c")]


def test_contribution_without_a_number_comes_last_in_its_event(animateur_client):
    event = RoundTableEntryFactory(order=4).event
    RoundTableEntryFactory(order=9)
    data = {"event": event.pk, "label": "Un nom écrit", "order": ""}
    for prefix in ("person_links", "items"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    animateur_client.post(reverse("admin:events_roundtableentry_add"), data)

    assert RoundTableEntry.objects.get(label="Un nom écrit").order == 5


def test_number_that_is_none_is_refused_and_given_back(animateur_client):
    row = {"figures-0-label": "stands", "figures-0-value": "douze", "figures-0-qualifier": "exact"}

    response = animateur_client.post(ADD, event_data({"figures": 1}, **row))

    figures = formset(response, "figures")
    assert figures.errors == [{"value": ["Saisissez un nombre."]}]
    assert figures.forms[0]["value"].value() == "douze"


def test_number_with_a_comma_is_understood(animateur_client):
    row = {"figures-0-label": "part", "figures-0-value": "12,5", "figures-0-qualifier": "exact"}

    response = animateur_client.post(ADD, event_data({"figures": 1}, **row))

    assert response.status_code == 302
    assert [float(each.value) for each in Event.objects.get().figures.all()] == [12.5]


def test_spaces_between_thousands_are_understood_and_no_zero_is_added(animateur_client):
    row = {"figures-0-label": "€", "figures-0-value": "12 500", "figures-0-qualifier": "exact"}

    animateur_client.post(ADD, event_data({"figures": 1}, **row))

    figure = Event.objects.get().figures.get()
    assert figure.value == 12_500
    response = animateur_client.get(change_url(figure.event))
    field = formset(response, "figures").forms[0]["value"]
    assert 'value="12500"' in str(field)


def test_session_that_ends_before_it_starts_is_refused_beside_its_end(animateur_client):
    row = {"title": "Ouverture", "kind": "plenary", "start_time": "14:30", "end_time": "13:30"}
    row = {f"sessions-0-{name}": value for name, value in row.items()}

    response = animateur_client.post(ADD, event_data({"sessions": 1}, **row))

    assert formset(response, "sessions").errors == [
        {"end_time": ["La séquence finit avant de commencer."]}
    ]
    assert not Event.objects.exists()


def test_address_already_taken_is_refused_in_plain_words(animateur_client):
    EventFactory(slug="une-rencontre")

    response = animateur_client.post(ADD, event_data(slug="une-rencontre"))

    assert response.context["adminform"].form.errors == {
        "slug": ["Une autre fiche a déjà cette réf : écrivez-en une autre, ou rien."]
    }
    assert Event.objects.count() == 1


def test_long_sheet_begins_with_its_parts_and_how_many_each_holds(animateur_client):
    event = EventFactory()
    AttendanceFactory.create_batch(2, event=event)

    html = animateur_client.get(reverse("admin:events_event_change", args=[event.pk])).content
    parts = re.findall(r'<li><a href="#(.+?)">(.+?)</a> <b>(\d+)</b></li>', html.decode())

    assert ("attendances-group", "Présences", "2") in parts
    assert ("sessions-group", "Séquences", "0") in parts
    assert [part for part, _, _ in parts if f'id="{part}"' not in html.decode()] == []
    assert len(parts) == 7


def test_short_sheet_has_no_list_of_parts(animateur_client):
    html = animateur_client.get(reverse("admin:events_series_add")).content.decode()

    assert 'id="sheet-parts"' not in html


def test_part_of_a_sheet_that_holds_an_error_is_not_left_folded(animateur_client):
    response = animateur_client.post(ADD, event_data(capacity="beaucoup"))

    html = response.content.decode()
    folded = re.findall(r"<details><summary>\s*<h2[^>]*>([^<]*)", html)
    assert (response.status_code, folded) == (200, ["Source et adresse de la page"])


def test_what_is_to_correct_is_named_above_the_sheet_and_led_to(animateur_client):
    rows = {"0-title": "Ouverture", "0-kind": "plenary", "1-title": "Fin"}
    rows = {f"sessions-{name}": value for name, value in rows.items()}
    data = event_data({"sessions": 2}, capacity="beaucoup", **rows)

    html = animateur_client.post(ADD, data).content.decode()

    named = re.search(r'<nav id="error-places".*?</nav>', html, re.DOTALL)[0]
    assert re.findall(r'href="#([^"]*)">([^<]*)<', named) == [
        ("id_capacity", "Nombre de places"),
        ("id_sessions-1-kind", "Séquence 2\N{NO-BREAK SPACE}: Type"),
    ]
    assert 'id="id_capacity"' in html
    assert 'id="id_sessions-1-kind"' in html


def test_sheet_without_errors_names_none(animateur_client):
    assert "error-places" not in animateur_client.get(ADD).content.decode()


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("15/01/2027", "09:30"),
        ("15 janvier 2027", "9h30"),
        ("15/1/27", "9 h 30"),
        ("15/1/27", "9\xa0h\xa030"),  # as our pages say it
    ],
)
def test_opening_of_registrations_is_written_as_people_write_it(animateur_client, day, hour):
    sent = {"registration_opens_at_0": day, "registration_opens_at_1": hour}

    animateur_client.post(ADD, event_data(**sent))

    opens = timezone.localtime(Event.objects.get().registration_opens_at)
    assert f"{opens:%d/%m/%Y %H:%M}" == "15/01/2027 09:30"


@pytest.mark.parametrize(("day", "hour"), [("janvier 2027", "9h30"), ("15/01/2027", "25h")])
def test_opening_that_is_no_moment_is_refused_beside_its_field(animateur_client, day, hour):
    sent = {"registration_opens_at_0": day, "registration_opens_at_1": hour}

    response = animateur_client.post(ADD, event_data(**sent))

    assert list(response.context["adminform"].form.errors) == ["registration_opens_at"]
    assert day in response.content.decode()


def test_actions_of_a_meeting_are_listed_and_added_from_its_sheet(animateur_client):
    event = EventFactory()
    mine = ActionFactory(event=event)
    ActionFactory(event=EventFactory())
    sheet = BeautifulSoup(
        animateur_client.get(reverse("admin:events_event_change", args=[event.pk])).content,
        "html.parser",
    )
    link = sheet.select_one(".object-tools").find("a", string="Actions retenues")["href"]

    listed = animateur_client.get(link)
    add = BeautifulSoup(listed.content, "html.parser").select_one(".object-tools .addlink")["href"]
    form = animateur_client.get(add).context["adminform"].form

    assert list(listed.context["cl"].result_list) == [mine]
    assert form["event"].value() == str(event.pk)


def test_meeting_of_another_perimeter_has_no_link_that_is_refused(client, db):
    event = EventFactory(start="2119", needs_registration=True)
    RecapFactory(event=event)
    client.force_login(MandateFactory().user)

    page = client.get(reverse("admin:events_event_change", args=[event.pk]))

    links = BeautifulSoup(page.content, "html.parser").select(".object-tools a")
    answers = {link.text.strip(): client.get(link["href"]).status_code for link in links}
    assert answers == dict.fromkeys(
        [
            "Qui inviter ?",
            "Compte rendu",
            "Tour de table",
            "Actions retenues",
            "Historique",
            "Voir sur le site",
        ],
        200,
    )
