"""A list as an Atom feed, to be told of what changes."""

from io import StringIO

from django.http import StreamingHttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.http import content_disposition_header
from django.utils.xmlutils import SimplerXMLGenerator

from ..dates import moment_label


class AtomFeed(Atom1Feed):
    """A feed whose entries are written one by one, each with the licence it comes under."""

    def latest_post_date(self):
        return self.feed["updated"]

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        licence = {"rel": "license", "href": self.feed["licence_url"]}
        handler.addQuickElement("link", "", licence)

    def stream(self, entries):
        written = StringIO()
        handler = SimplerXMLGenerator(written, "utf-8", short_empty_elements=True)
        handler.startDocument()
        handler.startElement("feed", self.root_attributes())
        self.add_root_elements(handler)
        for entry in entries:
            self.add_item(**entry)
            item = self.items.pop()
            handler.startElement("entry", self.item_attributes(item))
            self.add_item_elements(handler, item)
            handler.endElement("entry")
            yield taken(written)
        handler.endElement("feed")
        yield taken(written)


def taken(written):
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text


def atom_response(export):
    updated = export.changed_at or export.generated_at
    return _response(export, updated, entries(export))


def gone_response(export):
    """A feed that says that it follows nothing; again each month, as long as it is read."""
    title, text = export.gone
    month = export.generated_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    told = {
        "title": title,
        "link": export.page_url,
        "unique_id": f"{export.page_url}#{month:%Y-%m}",
        "description": linebreaks(text, autoescape=True),
        "pubdate": month,
        "updateddate": month,
    }
    return _response(export, month, [told])


def _response(export, updated, told):
    feed = AtomFeed(
        title=f"{export.title} · {export.site}",
        link=export.page_url,
        description="",
        subtitle=f"Extrait le {moment_label(export.generated_at)}",
        language="fr",
        author_name=export.site,
        author_link=export.build_url("/"),
        feed_url=export.url,
        feed_copyright=f"{export.site}, {export.licence}",
        licence_url=export.licence_url,
        updated=updated,
    )
    response = StreamingHttpResponse(feed.stream(told), content_type=feed.content_type)
    response["Content-Disposition"] = content_disposition_header(False, export.file_name("atom"))
    return response


def entries(export):
    for record in export.stream():
        entry = export.entry(record)
        yield {
            "title": entry["title"],
            "link": entry["address"],
            "unique_id": entry["address"],
            # Readers take it for HTML.
            "description": linebreaks(entry["text"], autoescape=True),
            "pubdate": record.published_at,
            "updateddate": record.updated_at,
        }
