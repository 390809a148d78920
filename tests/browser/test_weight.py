"""What a first visit costs, in the bytes that a browser really receives.

The site is served as in production: static files hashed, compressed, and in one sheet.
"""

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.template import engines
from django.test.testcases import LiveServerThread
from django.urls import reverse

from coopemploi.derived import registry
from coopemploi.templatetags.coopemploi import icon
from tests.coopemploi.test_public_urls import PUBLIC, PUBLIC_RECORDS
from tests.full_site import fill

from .test_accessibility import NO_PAGE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE, SCRIPTS, PICTURES = 100_000, 20_000, 250_000  # bytes, compressed
REQUESTS = 10


def forget_addresses():
    """What a process keeps of the addresses of static files, which change with the server."""
    caches["pages"].clear()
    icon.cache_clear()
    for loader in engines["django"].engine.template_loaders:
        loader.reset()


@pytest.fixture
def site(live_server, settings, tmp_path, django_db_blocker):
    """The site by the static files of production, beside the server of other tests."""
    caches["default"].clear()
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "coopemploi.static_storage.BundledStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    forget_addresses()
    server = LiveServerThread(
        "127.0.0.1",
        lambda application: application,
        connections_override=live_server.thread.connections_override,
    )
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    forget_addresses()


def visit(browser, address):
    """{url: (kind, bytes)} of a first visit, and how far the page moved while it loaded."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 375, "height": 800})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    kinds, sizes, urls = {}, {}, {}
    network.on(
        "Network.responseReceived",
        lambda said: (
            kinds.update({said["requestId"]: said["type"]}),
            urls.update({said["requestId"]: said["response"]["url"]}),
        ),
    )
    network.on(
        "Network.loadingFinished",
        lambda said: sizes.update({said["requestId"]: said["encodedDataLength"]}),
    )
    page.add_init_script(
        """window.moved = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) window.moved += shift.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    page.goto(address, wait_until="networkidle")
    page.mouse.wheel(0, 600)
    moved = page.evaluate("window.moved")
    context.close()
    return {urls[key]: (kinds[key], sizes[key]) for key in sizes if key in urls}, moved


def overweight(site, received, moved):
    """What a visit costs too much, in words."""
    sizes = {"Image": 0, "Script": 0, "all": 0}
    for kind, size in received.values():
        sizes["all"] += size
        if kind in sizes:
            sizes[kind] += size
    said = []
    if sizes["all"] - sizes["Image"] > PAGE:
        said.append(f"{sizes['all'] - sizes['Image']} bytes")
    if sizes["Image"] > PICTURES:
        said.append(f"{sizes['Image']} bytes of pictures")
    if sizes["Script"] > SCRIPTS:
        said.append(f"{sizes['Script']} bytes of scripts")
    if len(received) > REQUESTS:
        said.append(f"{len(received)} requests")
    said += [f"third party: {url}" for url in received if not url.startswith(site)]
    if moved > 0.005:  # below, a browser rounds it to zero
        said.append(f"moved by {moved:.3f}")
    return said


def test_first_visit_of_every_public_page_is_light(browser, site, request):
    content = fill()
    registry.flush()
    addresses = [reverse(name) for name in sorted(PUBLIC - NO_PAGE)]
    addresses += [content[name].get_absolute_url() for name in sorted(PUBLIC_RECORDS)]
    addresses += ["/initiatives/?vue=carte", "/recherche/?q=initiative"]
    heavy, told = {}, []
    for address in addresses:
        received, moved = visit(browser, site + address)
        total = sum(size for _, size in received.values())
        told.append(f"{total / 1000:6.1f} ko {len(received):3} requests {address}")
        if said := overweight(site, received, moved):
            heavy[address] = said
    print("\n".join(told))

    assert heavy == {}
