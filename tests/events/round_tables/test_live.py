import datetime
import re
from html import unescape

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from coopemploi.dates import PartialDate
from coopemploi.qr import qr_code
from events.due import forget_round_tables
from events.models import Event, RoundTableBatch, RoundTableDraft
from events.round_tables import live, public_views, services
from events.round_tables.drafts import empty_data
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    EventFactory,
    MandateFactory,
    RoundTableBatchFactory,
    RoundTableDraftFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
SAID = {
    "name": "Lise Armandou",
    "title": "élue",
    "actor": "CC du Diois",
    "territory": "",
    "demarches": "un forum\n\n  un atelier  ",
    "needs": "un guide",
}


@pytest.fixture
def batch(event):
    return live.open_form(event=event, user=UserFactory())


def fill(batch):
    return reverse("round_table_fill", args=[live.FILL.sign(batch.pk)])


def screen(batch):
    return reverse("round_table_screen", args=[live.FILL.sign(batch.pk)])


def mine(draft):
    return reverse("round_table_mine", args=[live.MINE.sign(draft.pk)])


def state_shown(client, draft):
    """What the page of a draft carries, to be sent with what is changed there."""
    return client.get(mine(draft)).context["form"]["state"].value()


def opened_by(response):
    """The draft whose link one is sent to: a link holds the second when it was signed."""
    return live.MINE.read(resolve(response.url).kwargs["token"])


def test_participant_contributes_without_an_account(client, batch):
    assert client.get(fill(batch)).status_code == 200

    response = client.post(fill(batch), SAID)

    draft = RoundTableDraft.objects.get()
    assert opened_by(response) == draft.pk
    assert [(i["column"], i["text"]) for i in draft.data["items"]] == [
        ("demarche", "un forum"),
        ("demarche", "un atelier"),
        ("need", "un guide"),
    ]
    assert draft.data["people"][0]["name"] == "Lise Armandou"
    assert "un forum\nun atelier" in client.get(mine(draft)).content.decode()


def test_bullets_typed_go_as_those_of_a_table_do(client, batch):
    typed = "- petits déjeuners\n•  un forum ;\n1. le permis\n-10 % de départs\n-\nRAS\n"

    client.post(fill(batch), {**SAID, "demarches": typed, "needs": ""})

    items = RoundTableDraft.objects.get().data["items"]
    assert [item["text"] for item in items] == [
        "petits déjeuners",
        "un forum",
        "le permis",
        "-10 % de départs",
    ]


def test_contribution_sent_twice_is_kept_once(client, batch):
    def drawn():
        return client.get(fill(batch)).context["form"]["once"].value()

    said = {**SAID, "once": drawn()}

    first, second = (client.post(fill(batch), said) for _ in range(2))

    assert opened_by(first) == opened_by(second) == RoundTableDraft.objects.get().pk
    # The same page, gone back to and corrected: still one. Then handed to a neighbour.
    back = client.post(fill(batch), {**said, "needs": "un guide\nun exemple"})
    assert opened_by(back) == opened_by(first)
    [draft] = RoundTableDraft.objects.all()
    assert [item["text"] for item in draft.data["items"]][-2:] == ["un guide", "un exemple"]
    client.post(fill(batch), {**said, "name": "Paul Roux"})
    # Two people may say the same, each from their own page, or from one that draws nothing.
    client.post(fill(batch), {**said, "once": drawn()})
    client.post(fill(batch), SAID)
    client.post(fill(batch), SAID)
    assert RoundTableDraft.objects.count() == 5


def test_first_page_gone_back_to_undoes_no_correction(client, batch):
    said = {**SAID, "once": client.get(fill(batch)).context["form"]["once"].value()}
    client.post(fill(batch), said)
    draft = RoundTableDraft.objects.get()
    state = state_shown(client, draft)
    client.post(mine(draft), {**SAID, "needs": "un guide relu", "state": state})

    back = client.post(fill(batch), {**said, "offers": "un local"})

    assert back.status_code == 409
    assert "changée entre-temps" in unescape(back.text)
    form = back.context["form"]
    assert (form["offers"].value(), form["needs"].value()) == ("un local", "un guide")
    assert ("Je cherche", "un guide relu") in form.kept
    draft.refresh_from_db()
    assert draft.data["items"][-1]["text"] == "un guide relu"
    # Sent again, it goes to « Ma contribution », with knowledge of what changed.
    shown = BeautifulSoup(back.text, "html.parser").select_one("main form")
    again = {**said, "offers": "un local", "state": form["state"].value()}
    assert client.post(shown["action"], again).status_code == 302
    draft.refresh_from_db()
    assert [item["text"] for item in draft.data["items"]][-2:] == ["un guide", "un local"]
    # The first page saying the very same is no other contribution.
    assert opened_by(client.post(fill(batch), {**said, "offers": "un local"})) == draft.pk
    assert RoundTableDraft.objects.count() == 1


def test_first_page_of_a_contribution_left_out_is_given_back(client, batch):
    said = {**SAID, "once": client.get(fill(batch)).context["form"]["once"].value()}
    client.post(fill(batch), said)
    RoundTableDraft.objects.update(is_left_out=True)

    back = client.post(fill(batch), {**said, "needs": "un exemple"})

    assert back.status_code == 410
    assert ("Je cherche", "un exemple") in back.context["written"]
    assert RoundTableDraft.objects.get().data["items"][-1]["text"] == "un guide"


def test_correction_of_a_contribution_left_out_is_given_back(client, batch):
    client.post(fill(batch), SAID)
    draft = RoundTableDraft.objects.get()
    state = state_shown(client, draft)
    RoundTableDraft.objects.update(is_left_out=True)

    back = client.post(mine(draft), {**SAID, "needs": "un exemple", "state": state})

    assert back.status_code == 410
    assert ("Je cherche", "un exemple") in back.context["written"]
    assert RoundTableDraft.objects.get().data["items"][-1]["text"] == "un guide"


def test_code_of_the_room_opens_the_form(client, batch):
    said = f" {batch.code[:3].lower()} {batch.code[3:].lower()} "

    response = client.get(reverse("round_table_enter"), {"code": said})

    assert (response.status_code, response.url) == (302, fill(batch))


def test_screen_shows_the_code_and_its_drawing(client, batch):
    page = client.get(screen(batch))

    address = f"http://testserver{reverse('round_table_enter')}"
    assert page.context["entrance"]["code"] == batch.code
    assert f'<a href="{address}?code={batch.code}">{address}</a>' in page.text
    assert page.context["entrance"]["qr"] == qr_code(f"{address}?code={batch.code}")


def test_page_of_the_event_leads_to_the_code_while_the_form_is_open(client, event, batch):
    entrance = f'href="{reverse("round_table_enter")}"'
    page = client.get(event.get_absolute_url()).text
    assert (entrance in page, batch.code in page) == (True, False)
    assert re.findall(r"/tour-de-table/\w", page) == []
    elsewhere = EventFactory(title="Atelier de mai")
    assert entrance not in client.get(elsewhere.get_absolute_url()).text

    batch.state = RoundTableBatch.State.REVIEW
    batch.save()

    assert entrance not in client.get(event.get_absolute_url()).text


@pytest.mark.parametrize("code", ["", "ZZZZZZ", "é", "\0", "x" * 5000])
def test_unknown_code_is_said_so(client, batch, code):
    response = client.get(reverse("round_table_enter"), {"code": code})

    assert response.status_code == 400
    assert len(response.context["form"].errors["code"]) == 1


def test_code_opens_nothing_once_closed(client, batch):
    RoundTableBatch.objects.update(state=RoundTableBatch.State.REVIEW)

    assert client.get(reverse("round_table_enter"), {"code": batch.code}).status_code == 400


def test_codes_are_not_tried_without_end(client, batch, monkeypatch):
    cache.clear()
    monkeypatch.setattr(public_views, "CODES_PER_HOUR", 1)
    client.get(reverse("round_table_enter"), {"code": "ZZZZZZ"})

    assert client.get(reverse("round_table_enter"), {"code": batch.code}).status_code == 429


def test_participant_corrects_with_their_own_link(client, batch):
    client.post(fill(batch), SAID)
    draft = RoundTableDraft.objects.get()

    changed = {"demarches": "un forum", "offers": "un local"}
    client.post(mine(draft), {**SAID, **changed, "state": state_shown(client, draft)})

    draft.refresh_from_db()
    assert [item["text"] for item in draft.data["items"]] == ["un forum", "un guide", "un local"]
    assert RoundTableDraft.objects.count() == 1


def test_who_corrects_a_contribution_made_of_two_keeps_the_other(client, batch):
    client.post(fill(batch), SAID)
    client.post(fill(batch), {**SAID, "name": "Paul Roux", "title": "maire", "needs": "un lieu"})
    lise, paul = RoundTableDraft.objects.all()
    services.join(lise, paul)

    changed = {"title": "adjointe", "state": state_shown(client, lise)}
    client.post(mine(lise), {**SAID, **changed})

    lise.refresh_from_db()
    assert lise.data["people"] == [
        {"name": "Lise Armandou", "title": "adjointe"},
        {"name": "Paul Roux", "title": "maire"},
    ]
    assert lise.data["label"] == "Lise Armandou / adjointe / CC du Diois / Paul Roux"


def test_of_two_tabs_none_erases_what_the_other_wrote(client, batch):
    client.post(fill(batch), SAID)
    draft = RoundTableDraft.objects.get()
    state = state_shown(client, draft)
    client.post(mine(draft), {**SAID, "needs": "un guide relu", "state": state})

    second = {**SAID, "offers": "un local", "state": state}
    back = client.post(mine(draft), second)

    assert back.status_code == 409
    assert "changée entre-temps" in unescape(back.text)
    form = back.context["form"]
    assert (form["offers"].value(), form["needs"].value()) == ("un local", "un guide")
    assert ("Je cherche", "un guide relu") in form.kept
    draft.refresh_from_db()
    assert [item["text"] for item in draft.data["items"]][-1] == "un guide relu"
    # Sent again, it is with knowledge of what changed; by two touches, it is once.
    again = {**second, "state": form["state"].value()}
    assert [client.post(mine(draft), again).status_code for _ in range(2)] == [302, 302]
    draft.refresh_from_db()
    assert [item["text"] for item in draft.data["items"]][-2:] == ["un guide", "un local"]


def test_of_two_tabs_the_second_may_be_wrong_besides(client, batch):
    client.post(fill(batch), SAID)
    draft = RoundTableDraft.objects.get()
    state = state_shown(client, draft)
    client.post(mine(draft), {**SAID, "needs": "un guide relu", "state": state})

    back = client.post(mine(draft), {**SAID, "name": "", "state": state})

    assert back.status_code == 409
    assert "Indiquez votre nom." in back.text
    assert "changée entre-temps" in unescape(back.text)


def test_state_of_what_is_not_recorded_yet_is_nothing(client, batch):
    response = client.post(fill(batch), {**SAID, "state": "inventé"})

    assert response.status_code == 302
    assert RoundTableDraft.objects.get().data["people"][0]["name"] == SAID["name"]


def test_link_of_one_purpose_opens_no_other(client, batch):
    draft = RoundTableDraftFactory(batch=batch)
    assert (
        client.get(reverse("round_table_mine", args=[live.FILL.sign(draft.pk)])).status_code == 404
    )
    assert client.get(reverse("round_table_fill", args=["faux"])).status_code == 404


def test_wrong_form_is_given_back_with_what_was_written(client, batch):
    response = client.post(fill(batch), {**SAID, "name": ""})
    assert response.status_code == 400
    assert "Indiquez votre nom." in response.content.decode()
    assert "un forum" in response.content.decode()
    assert RoundTableDraft.objects.count() == 0


def test_name_alone_is_no_contribution(client, batch):
    nothing = {"demarches": " \n", "needs": ""}

    response = client.post(fill(batch), {**SAID, **nothing})

    assert response.status_code == 400
    assert "Écrivez une ligne au moins." in response.text
    assert RoundTableDraft.objects.count() == 0


def test_robot_is_thanked_and_ignored(client, batch):
    response = client.post(fill(batch), {**SAID, "website": "http://x"})
    assert "Merci" in response.content.decode()
    assert RoundTableDraft.objects.count() == 0


def test_one_connection_sends_so_many_an_hour(client, batch, monkeypatch):
    cache.clear()
    monkeypatch.setattr(public_views, "PER_HOUR", 1)
    client.post(fill(batch), SAID)
    assert client.post(fill(batch), SAID).status_code == 429
    assert RoundTableDraft.objects.count() == 1


def test_form_takes_no_more_than_a_room_writes(client, batch, monkeypatch):
    monkeypatch.setattr(live, "MOST_DRAFTS", 1)
    client.post(fill(batch), SAID)
    refused = client.post(fill(batch), SAID)
    assert refused.status_code == 409
    assert ("Je cherche", "un guide") in refused.context["written"]
    assert RoundTableDraft.objects.count() == 1


def test_nothing_is_taken_once_closed(client, animateur_client, batch):
    client.post(fill(batch), SAID)
    draft = RoundTableDraft.objects.get()
    keys = [batch.event_id, batch.pk]
    animateur_client.post(reverse("admin:events_event_round_table_close", args=keys))

    visitor = Client()
    for url in (fill(batch), screen(batch), mine(draft)):
        assert visitor.get(url).status_code == 410
    for url in (fill(batch), mine(draft)):
        late = visitor.post(url, {**SAID, "needs": "autre"})
        assert late.status_code == 410
        assert "Votre envoi n'est pas arrivé" in late.text
        assert ("Je cherche", "autre") in late.context["written"]
    draft.refresh_from_db()
    assert draft.data["items"][-1]["text"] == "un guide"


@pytest.mark.parametrize("is_late", [True, False])
def test_correction_of_a_contribution_joined_to_another_is_given_back(
    client, batch, monkeypatch, is_late
):
    client.post(fill(batch), SAID)
    address = mine(RoundTableDraft.objects.get())
    lock = live.lock

    def join(draft):
        RoundTableDraft.objects.all().delete()
        return lock(draft)

    if is_late:
        RoundTableDraft.objects.all().delete()
    monkeypatch.setattr(live, "lock", join)

    late = client.post(address, {**SAID, "needs": "autre"})

    assert late.status_code == 410
    assert ("Je cherche", "autre") in late.context["written"]
    assert client.get(address).status_code == 404


def test_contribution_sent_as_the_form_closes_is_given_back(client, batch, monkeypatch):
    monkeypatch.setattr(live, "contribute", lambda **kwargs: None)

    late = client.post(fill(batch), SAID)

    assert late.status_code == 410
    assert ("Je cherche", "un guide") in late.context["written"]


def test_screen_shows_contributions_reads_itself_again_and_sets_no_cookie(client, batch):
    RoundTableDraftFactory(batch=batch)
    hidden = RoundTableDraftFactory(batch=batch, is_left_out=True)
    hidden.data["items"] = [{"column": "need", "text": "Une publicité", "horizon": ""}]
    hidden.save()
    elsewhere = RoundTableDraftFactory()
    elsewhere.data["people"][0]["name"] = "Paul Morin"
    elsewhere.save()

    response = client.get(screen(batch))

    shown = response.content.decode()
    assert '<meta http-equiv="refresh"' in shown
    assert "Lise Armandou" in shown
    assert "Un guide" in shown
    assert "Une publicité" not in shown
    assert "Paul Morin" not in shown
    assert not response.cookies


def test_screen_stops_reading_itself_again_when_asked(client, batch):
    page = BeautifulSoup(client.get(screen(batch)).content, "html.parser")
    stop = page.find("a", string="Arrêter")["href"]

    still = BeautifulSoup(client.get(screen(batch) + stop).content, "html.parser")

    assert still.select("meta[http-equiv=refresh]") == []
    again = client.get(screen(batch) + still.find("a", string="Reprendre")["href"])
    assert '<meta http-equiv="refresh"' in again.text


def test_who_wrote_reads_the_others_at_ease(client, batch):
    draft = RoundTableDraftFactory(batch=batch)

    page = BeautifulSoup(client.get(mine(draft)).content, "html.parser")

    others = client.get(page.find("a", string="Voir toutes les contributions")["href"])
    assert (others.status_code, "http-equiv" in others.text) == (200, False)


def test_screen_takes_the_same_queries_at_1_and_30_rows(client, batch, django_assert_num_queries):
    RoundTableDraftFactory(batch=batch)
    client.get(screen(batch))
    with django_assert_num_queries(3):
        client.get(screen(batch))
    RoundTableDraftFactory.create_batch(29, batch=batch)
    with django_assert_num_queries(3):
        client.get(screen(batch))


def test_screen_says_the_plain_name_of_a_territory(client, batch, django_assert_num_queries):
    town = TerritoryFactory(name="Dax", code="40088")
    for name in (town.full_label, "Dax (chez moi)", town.full_label):
        client.post(fill(batch), {**SAID, "actor": "", "territory": name})
    with django_assert_num_queries(4):
        page = client.get(screen(batch))
    shown = [each["whose"] for each in page.context["contributions"]]
    assert shown == ["Dax", "Dax (chez moi)", "Dax"]


def test_script_is_shown_as_text(client, batch):
    client.post(fill(batch), {**SAID, "needs": "<script>x()</script>"})
    text = client.get(screen(batch)).text
    assert "&lt;script&gt;x()" in text
    assert "<script>x()" not in text


def test_animateur_opens_closes_reviews_and_writes(animateur_client, event):
    actor = ActorFactory(name="CC du Diois", kind="epci")
    animateur_client.post(reverse("admin:events_event_round_table_open", args=[event.pk]))
    batch = RoundTableBatch.objects.get()
    page = animateur_client.get(reverse("admin:events_event_round_table", args=[event.pk]))
    address = page.context["live"]["fill_url"]
    assert address in page.content.decode()
    assert Client().post(address, SAID).status_code == 302

    review = reverse("admin:events_event_round_table_review", args=[event.pk, batch.pk])
    assert "= CC du Diois" in animateur_client.get(review).content.decode()
    keys = [event.pk, batch.pk]
    write = reverse("admin:events_event_round_table_write", args=keys)
    batch.refresh_from_db()
    animateur_client.post(write, {"version": batch.version})
    assert event.round_table_entries.count() == 0

    animateur_client.post(reverse("admin:events_event_round_table_close", args=keys))
    batch.refresh_from_db()
    animateur_client.post(write, {"version": batch.version})
    entry = event.round_table_entries.get()
    assert entry.actor == actor
    assert entry.person_links.get().title == "élue"
    assert entry.items.count() == 3


def test_reopened_form_keeps_what_was_written(event, batch):
    RoundTableDraftFactory(batch=batch)
    RoundTableBatch.objects.update(state="review")
    again = live.open_form(event=event, user=UserFactory())
    assert again == batch
    assert again.drafts.count() == 1


def test_form_opened_on_an_event_just_deleted_is_not_found(animateur_client, monkeypatch, event):
    open_form = live.open_form

    def late(**kwargs):
        Event.objects.all().delete()
        return open_form(**kwargs)

    monkeypatch.setattr(live, "open_form", late)
    address = reverse("admin:events_event_round_table_open", args=[event.pk])
    response = animateur_client.post(address)

    assert response.status_code == 404
    assert "Cette rencontre n&#x27;existe plus." in response.text
    assert not RoundTableBatch.objects.exists()


def test_only_who_may_change_the_event_opens_its_form(client, event):
    event.territories.add(TerritoryFactory())
    user = UserFactory(is_staff=True)
    MandateFactory(
        user=user, role=Mandate.Role.ANIMATEUR, territory=TerritoryFactory(), network=None
    )
    client.force_login(user)
    url = reverse("admin:events_event_round_table_open", args=[event.pk])
    assert client.post(url).status_code == 403
    assert RoundTableBatch.objects.count() == 0


def form_opened(days, now, **event):
    """A form opened so many days before `now`, with what somebody wrote in it."""
    batch = RoundTableBatchFactory(
        state="collecting",
        received_at=now - datetime.timedelta(days=days),
        event=EventFactory(**event),
    )
    RoundTableDraftFactory(batch=batch, data={**empty_data(), "label": "Lise"})
    return batch


def days_after(now, days):
    return PartialDate.parse(f"{now + datetime.timedelta(days=days):%d/%m/%Y}")


@pytest.mark.parametrize(
    ("opened", "start", "end", "closes"),
    [
        (60, -40, None, True),
        (60, -20, None, False),
        (60, 9, None, False),
        (20, -40, None, False),  # opened long after the event
        (60, -40, -20, False),  # an event of several weeks
        (61, None, None, True),
        (59, None, None, False),
        (61, None, -20, False),  # only its end is known
        (61, None, -40, True),
    ],
)
def test_form_left_open_is_closed_once_its_event_is_over(opened, start, end, closes):
    now = timezone.now()
    dates = {
        name: days_after(now, days) if days is not None else PartialDate()
        for name, days in (("start", start), ("end", end))
    }
    batch = form_opened(opened, now, **dates)
    assert (batch.open_until < timezone.localdate(now)) is closes
    forget_round_tables(now)
    batch.refresh_from_db()
    assert batch.state == ("review" if closes else "collecting")
    assert batch.drafts.count() == 1


@pytest.mark.parametrize("page", [fill, lambda batch: mine(RoundTableDraftFactory(batch=batch))])
def test_participant_is_told_how_long_the_form_is_open(client, page):
    event = EventFactory(start=PartialDate.parse("14/06/2027"))
    with time_machine.travel("2027-06-10 09:00 +0200", tick=False):
        batch = live.open_form(event=event, user=UserFactory())
        assert "14 juillet 2027" in client.get(page(batch)).text


def test_animateur_is_told_when_the_form_closes_by_itself(animateur_client):
    event = EventFactory(start=PartialDate.parse("14/06/2027"))
    live.open_form(event=event, user=UserFactory())
    page = animateur_client.get(reverse("admin:events_event_round_table", args=[event.pk])).text
    assert "Il se ferme de lui-même après le 14 juillet 2027" in page


def test_page_of_a_past_meeting_says_that_its_form_will_close(client):
    event = EventFactory(start=PartialDate.parse("14/06/2026"))
    live.open_form(event=event, user=UserFactory())
    said = client.get(event.get_absolute_url()).text
    assert "Écrire ma contribution" in said
    assert "le formulaire se ferme de lui-même" in said
    assert "affiché dans la salle" not in said


def test_form_closed_by_itself_has_a_month_to_be_read(animateur_client):
    now = timezone.now()
    batch = form_opened(61, now, start=PartialDate())
    forget_round_tables(now)
    url = reverse("admin:events_event_round_table_review", args=[batch.event_id, batch.pk])
    assert animateur_client.get(url).status_code == 200

    forget_round_tables(now + datetime.timedelta(days=29))
    assert RoundTableBatch.objects.count() == 1
    forget_round_tables(now + datetime.timedelta(days=31))
    assert RoundTableBatch.objects.count() == 0
