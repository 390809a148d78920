"""A page as a PDF, drawn by WeasyPrint from its own HTML and the print style sheet.

WeasyPrint is imported when a PDF is asked for: it is slow to load, and needs Pango,
without which the site must run.
"""

import mimetypes
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse

LIBRARIES = ("pango-1.0", "pangoft2-1.0")
FORMAT = "pdf"


@cache
def is_available():
    """Whether this machine has what draws a PDF; told without loading it."""
    return find_spec("weasyprint") is not None and all(map(find_library, LIBRARIES))


def is_asked(request):
    """Whether the address asks for the PDF of a page; Http404 for what it cannot give.

    Of several `format`, the last counts, as for the lists.
    """
    name = request.GET.get("format")
    if not name:
        return False
    if name != FORMAT:
        raise Http404("Cette page n'existe pas dans ce format. Format possible : pdf.")
    if not is_available():
        raise Http404(
            "Ce site ne fabrique pas de PDF : ouvrez la page et imprimez-la depuis votre "
            "navigateur, qui peut l'enregistrer en PDF."
        )
    return True


def response(request, html, *, name):
    """The HTML of a page as a PDF file; its links stay, made absolute."""
    drawn = HttpResponse(draw(html, request.build_absolute_uri()), content_type="application/pdf")
    drawn["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    # The page itself is what a search engine should show.
    drawn["X-Robots-Tag"] = "noindex"
    return drawn


def draw(html, url):
    """The bytes of a tagged PDF. `url` is the page's: what its addresses are relative to."""
    from weasyprint import HTML

    document = HTML(string=html, base_url=url, url_fetcher=_own_files(url))
    return document.write_pdf(pdf_tags=True)


def _own_files(page_url):
    """A fetcher that opens no connection, and no file but ours."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url, headers=None):
            content, media_type = read_own_file(url, page_url)
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    return OwnFiles()


def read_own_file(url, page_url):
    """(content, media type) of one of our static files, or of a picture sent to the site.

    ValueError for any other address, which is never fetched.
    """
    media_type = mimetypes.guess_type(urlsplit(url).path)[0] or "application/octet-stream"
    if name := _name_under(settings.STATIC_URL, url, page_url):
        return _read_static(name), media_type
    if media_type.startswith("image/") and (name := _name_under(settings.MEDIA_URL, url, page_url)):
        with default_storage.open(name) as file:
            return file.read(), media_type
    raise ValueError(f"{url} is not ours to read")


def _name_under(prefix, url, page_url):
    """The name of a file below one of the site's prefixes, empty when it is elsewhere."""
    start = urljoin(page_url, prefix)
    path = urlsplit(url)._replace(query="", fragment="").geturl()
    return unquote(path.removeprefix(start)) if path.startswith(start) else ""


def _read_static(name):
    """A static file as written when there is one so named, as collected otherwise."""
    if path := finders.find(name):
        with open(path, "rb") as file:
            return file.read()
    with staticfiles_storage.open(name) as file:
        return file.read()
