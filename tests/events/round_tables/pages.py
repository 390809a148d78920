"""The pages of a tour de table under review, as a browser sends them."""

from django.urls import reverse

from events.models import RoundTableBatch
from territories.models import Mandate
from tests.factories import MandateFactory, UserFactory

TABLE = (
    "Participants\tDémarches\tDéfis\tJe cherche\tJe mets à disposition\n"
    "Lise Armandou / CC du Diois\t- forum - atelier\tloger\tun guide\tun local\n"
    "Paul Morin, élu / CC du Diois\t\t\t\tune salle\n"
)


def page(name, batch, draft=None):
    keys = [batch.event_id, batch.pk, *([draft.pk] if draft else [])]
    return reverse(f"admin:events_event_round_table_{name}", args=keys)


def receive(client, event, text=TABLE):
    url = reverse("admin:events_event_round_table", args=[event.pk])
    return client.post(url, {"text": text})


def received(client, event, text=TABLE):
    response = receive(client, event, text)
    assert response.status_code == 302
    return RoundTableBatch.objects.get()


def write(client, batch):
    batch.refresh_from_db()
    return client.post(page("write", batch), {"version": batch.version}, follow=True)


def sent(form):
    """What a browser would send of a form that nobody touched."""
    return {
        name: form[name].value() if form[name].value() is not None else "" for name in form.fields
    }


def pair_state(client, batch, draft):
    """What the button that joins a draft to the one before it sends."""
    shown = client.get(page("review", batch)).context["drafts"]
    return next(each["join"]["state"].value() for each in shown if each["draft"] == draft)


def join(client, batch, draft):
    state = pair_state(client, batch, draft)
    return client.post(page("join", batch, draft), {"state": state}, follow=True)


def move(client, batch, draft, **data):
    form = client.get(page("move", batch, draft)).context["form"]
    return client.post(page("move", batch, draft), {"state": form["state"].value(), **data})


def correct(client, batch, draft, opened=None, **data):
    """Send the form of a draft, as drawn now or as it was `opened` before."""
    opened = opened or sent(client.get(page("edit", batch, draft)).context["form"])
    return client.post(page("edit", batch, draft), {**opened, **data})


def texts(draft):
    draft.refresh_from_db()
    return [item["text"] for item in draft.data["items"]]


def animateur_of(territory):
    user = UserFactory(is_staff=True)
    MandateFactory(user=user, role=Mandate.Role.ANIMATEUR, territory=territory, network=None)
    return user
