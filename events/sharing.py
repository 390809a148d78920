"""Where a page is shared: plain addresses, which load nothing until they are followed."""

from urllib.parse import quote


def share_links(url, title):
    """(label, address) of each way to share the page at `url`."""
    page, name = quote(url, safe=""), quote(title, safe="")
    return [
        ("Lien permanent", url),
        ("Par courriel", message_address(title, url)),
        ("Sur LinkedIn", f"https://www.linkedin.com/sharing/share-offsite/?url={page}"),
        ("Sur Facebook", f"https://www.facebook.com/sharer/sharer.php?u={page}"),
        ("Sur Bluesky", f"https://bsky.app/intent/compose?text={name}%20{page}"),
    ]


def message_address(subject, text):
    """The address that opens a message ready to be sent, in the reader's own mail program."""
    body = "\r\n".join(text.splitlines())  # RFC 6068
    return f"mailto:?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
