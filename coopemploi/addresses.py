"""The addresses of records: a page has dozens, and finding each by its name takes long."""

import re
from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

_is_slug = re.compile(r"[-a-zA-Z0-9_]+").fullmatch


def address(name, *slugs):
    """What `reverse` gives of the page `name`, whose address is made of slugs."""
    if not all(map(_is_slug, slugs)):
        return reverse(name, args=slugs)
    return _form(settings.ROOT_URLCONF, get_script_prefix(), name, len(slugs)).format(*slugs)


@lru_cache
def _form(urlconf, prefix, name, count):
    """« /initiatives/{}/ »."""
    marks = [f"mark{n}" for n in range(count)]
    form = reverse(name, args=marks).replace("{", "{{").replace("}", "}}")
    for mark in marks:
        form = form.replace(mark, "{}")
    return form
