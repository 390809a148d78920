"""Prose written in Markdown, rendered to safe HTML."""

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).disable(
    ["image", "heading", "lheading"]
)
_TAGS = {"p", "ul", "ol", "li", "em", "strong", "a", "blockquote", "br", "code", "hr"}
_ATTRIBUTES = {"a": {"href"}}


def render_prose(text):
    """HTML of a few harmless tags; links open where they are, without credit."""
    html = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return mark_safe(html)  # noqa: S308 - cleaned just above
