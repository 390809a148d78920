"""The recaps as they come out."""

from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks

from coopemploi.formats.exports import LICENCE, LICENCE_URL
from coopemploi.formats.feeds import AtomFeed
from coopemploi.formats.printable import printable
from coopemploi.identity.models import Identity

from .models import Event, Recap

LATEST = 50


def latest_recaps():
    """What the feed tells: published recaps of published events, the latest first."""
    return (
        Recap.objects.published()
        .filter(event__in=Event.objects.published())
        .select_related("event", "source")
        .order_by("-published_at", "-pk")[:LATEST]
    )


def recap_feed(build_url, url):
    """The Atom document, as pieces of text; `build_url` makes an address whole."""
    recaps = list(latest_recaps())
    site = Identity.current().name
    feed = AtomFeed(
        title=f"Comptes rendus · {site}",
        link=build_url("/"),
        description="",
        subtitle="Ce qu'il reste des rencontres",
        language="fr",
        author_name=site,
        author_link=build_url("/"),
        feed_url=url,
        feed_copyright=f"{site}, {LICENCE}",
        licence_url=LICENCE_URL,
        updated=max((recap.updated_at for recap in recaps), default=timezone.now()),
    )
    return Atom1Feed.content_type, feed.stream(_entry(recap, build_url) for recap in recaps)


def _entry(recap, build_url):
    address = build_url(recap.get_absolute_url())
    mention = "Exemple fictif. " if recap.is_fictional else ""
    return {
        "title": printable(recap.event.title),
        "link": address,
        "unique_id": address,
        # Readers take it for HTML.
        "description": linebreaks(printable(mention + recap.standfirst), autoescape=True),
        "pubdate": recap.published_at,
        "updateddate": recap.updated_at,
    }
