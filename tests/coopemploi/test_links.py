"""Every link of the public site leads somewhere, and to the part of the page it names."""

from collections import deque
from urllib.parse import urldefrag, urljoin

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse

from territories import maps
from territories.models import Territory
from tests.coopemploi.test_public_urls import PUBLIC
from tests.full_site import fill

pytestmark = pytest.mark.django_db
# A list has as many addresses as it has filters: those of the first page are followed.
FOLLOWED_QUERIES = 3
MAX_PAGES = 400


class Crawl:
    """The pages met from some addresses, each read once."""

    def __init__(self, client, starts):
        self.client = client
        self.queue = deque(starts)
        self.pages = {}  # {address: its anchors, None when it is not a page}
        self.links = []  # (page, link, address, anchor)
        self.broken = []

    def run(self):
        while self.queue and len(self.pages) < MAX_PAGES:
            address = self.queue.popleft()
            if address not in self.pages:
                self.read(address)
        for page, link, address, anchor in self.links:
            anchors = self.pages.get(address)
            if anchor and anchors is not None and anchor not in anchors:
                self.broken.append((page, link, "no such anchor"))

    def read(self, address):
        response = self.client.get(address, follow=True)
        self.pages[address] = None
        if response.streaming:  # a file, read to its end as a browser does
            list(response.streaming_content)
        if response.status_code != 200:
            self.broken.append((address, response.status_code))
            return
        if not response["Content-Type"].startswith("text/html"):
            return
        soup = BeautifulSoup(response.content, "html.parser")
        self.pages[address] = {tag["id"] for tag in soup.select("[id]")}
        for tag in soup.select("a[href], area[href], link[rel=alternate], link[rel=canonical]"):
            self.note(address, tag["href"])

    def note(self, page, link):
        if link.startswith(("http:", "https:", "mailto:", "tel:")):
            link = link.removeprefix("http://testserver")
            if not link.startswith("/"):
                return
        target, anchor = urldefrag(urljoin(page, link))
        self.links.append((page, link, target, anchor))
        is_another_list = "?" in target and target.count("&") + 1 >= FOLLOWED_QUERIES
        if target not in self.pages and not is_another_list:
            self.queue.append(target)


def load_what_maps_lead_to():
    """The régions and the départements that every site has: their maps lead to each."""
    known = set(Territory.objects.values_list("kind", "code"))
    regions = maps.view_of_reference(maps.FRANCE).shapes
    departements = [
        shape for region in regions for shape in maps.view_of_reference(region.reference).shapes
    ]
    Territory.objects.bulk_create(
        Territory(kind=shape.kind, code=shape.code, name=shape.name)
        for shape in {shape.reference: shape for shape in (*regions, *departements)}.values()
        if (shape.kind, shape.code) not in known
    )


def test_no_link_is_broken(client):
    cache.clear()
    content = fill()
    load_what_maps_lead_to()
    starts = [reverse(name) for name in sorted(PUBLIC - {"health", "ready", "suggestions"})]
    starts += [record.get_absolute_url() for record in content.values()]
    crawl = Crawl(client, starts)

    crawl.run()

    assert crawl.broken == []
    assert {record.get_absolute_url() for record in content.values()} <= set(crawl.pages)
