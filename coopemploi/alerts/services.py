import datetime
from itertools import groupby

from django.db import transaction
from django.urls import reverse

from ..links import SignedLink
from ..mail.models import Refusal
from ..mail.services import refuses, send_mail_later, site_url
from .lists import NotAListError, export_of, news
from .models import Alert

CONFIRM = SignedLink("alert-confirm", max_age=datetime.timedelta(days=7))
MANAGE = SignedLink("alert-manage")
UNCONFIRMED_LIFE = datetime.timedelta(days=7)
# A list that nobody finds may come back: an actor made a draft while it is corrected, a meeting
# in the bin. It is gone for good after so long without it, beyond the time between two mails.
GONE_AFTER = datetime.timedelta(days=30)
SHOWN = 20  # new records of one list, in a mail


@transaction.atomic
def ask(*, address, path, query, title, frequency):
    """Mail the link that confirms an alert: nothing is followed before."""
    alert, _ = Alert.objects.get_or_create(
        address=address.lower(),
        path=path,
        query=query,
        defaults={"title": title[:300], "frequency": frequency},
    )
    send_mail_later(
        to=alert.address,
        template="alerts/confirm",
        context={
            "alert": alert,
            "frequency": Alert.Frequency(frequency).label,
            "confirm_url": site_url(
                reverse("alert_confirm", args=[CONFIRM.sign([alert.pk, frequency])])
            ),
            "days": CONFIRM.max_age.days,
        },
    )


@transaction.atomic
def confirm(alert, frequency):
    """Follow the list, as whoever reads the mails of the address says: they refuse no more."""
    alert.frequency = frequency
    alert.save(update_fields=["frequency"])
    alert.confirm()
    Refusal.objects.filter(address=alert.address, topic=Refusal.Topic.ALERT).delete()


def forget(address):
    """Nothing else mails alerts, and the address was to be erased once it stopped them."""
    Alert.objects.filter(address=address).delete()


@transaction.atomic
def send_digest(address, at):
    """Mail an address, once, what is new in all its lists due at the time `at`.

    A list whose page, or what it is filtered by, is no more for `GONE_AFTER` is told and not
    followed further; should it come back before, what came out meanwhile is told.
    Return whether there was anything to tell.
    """
    alerts = list(Alert.objects.select_for_update().filter(address=address).due(at))
    told, looked_at, gone = [], [], []
    for alert in alerts:
        try:
            found = _news_of(alert, at)
        except NotAListError:
            if alert.checked_at < at - Alert.PERIODS[alert.frequency] - GONE_AFTER:
                gone.append(alert)
            continue
        looked_at.append(alert.pk)
        if found["count"]:
            told.append(found)
    Alert.objects.filter(pk__in=looked_at).update(checked_at=at)
    Alert.objects.filter(pk__in=[alert.pk for alert in gone]).delete()
    if not (told or gone) or refuses(address, Refusal.Topic.ALERT):
        return False
    send_mail_later(
        to=address,
        template="alerts/digest",
        context={
            "lists": told,
            "gone": [alert.title for alert in gone],
            "count": sum(one["count"] for one in told),
            "manage_url": site_url(reverse("alert_manage", args=[MANAGE.sign(address)])),
        },
        topic=Refusal.Topic.ALERT,
    )
    return True


def _news_of(alert, at):
    """What a mail tells of a list; raise NotAListError when it is no more."""
    export = export_of(alert.path, alert.query)
    count, entries = news(export, since=alert.checked_at, until=at, most=SHOWN)
    return {
        "alert": alert,
        "count": count,
        "entries": entries,
        "more": count - len(entries),
        "url": site_url(alert.list_url),
    }


def send_digests(at):
    """Mail what is new to each address that has lists due; return how many mails."""
    due = Alert.objects.due(at).order_by("address").values_list("address", flat=True)
    return sum(send_digest(address, at) for address, _ in groupby(due))


def forget_unconfirmed(at):
    """Erase the alerts that nobody confirmed; return how many."""
    unconfirmed = Alert.objects.filter(confirmed_at=None, created_at__lt=at - UNCONFIRMED_LIFE)
    return unconfirmed.delete()[0]
