"""What the files of recaps say of somebody: told to whoever erases them, who alone replaces a file.

LibreOffice and Office documents are read; a PDF or a picture is not: those of the meetings
where the person took part are named, to be looked at.
"""

import html
import re
import zipfile

from django.db.models import Q

from events.models import Event, RecapDocument, RecapPicture

from ..media.documents import PDF

# The end of a paragraph or of a cell, a tabulation, a space written as such.
_PARAGRAPH = re.compile(rb"</(?:\w+:)?(?:p|h|si)>|<\w+:(?:tab|br|s|line-break)\b[^>]*/>")
_TAG = re.compile(rb"<[^>]*>")


def files_naming(person, signs):
    """A line for each file to look at; `signs` are the `Signs` of the person."""
    lines = []
    for document in RecapDocument.objects.exclude(media_type=PDF).select_related("recap__event"):
        text = text_of(document.file)
        if text is None:
            lines.append(f"{_said(document)} ne se lit pas : ouvrez-le.")
        elif signs.are_in(text):
            lines.append(f"{_said(document)} nomme cette personne : remplacez-le.")
    meetings = Event.objects.filter(
        Q(appearances__person=person)
        | Q(attendances__person=person)
        | Q(recap__verbatims__person=person)
    )
    for model in (RecapDocument.objects.filter(media_type=PDF), RecapPicture.objects.all()):
        files = model.filter(recap__event__in=meetings).select_related("recap__event")
        lines += [f"{_said(file)} ne se lit pas d'ici : à regarder." for file in files]
    return lines


def _said(file):
    return f"{file._meta.verbose_name} « {file} » ({file.recap.event})"


def text_of(file):
    """What an office document says, a line a paragraph; None when it cannot be read."""
    try:
        with file.open("rb") as opened, zipfile.ZipFile(opened) as archive:
            parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return None
    # Word cuts a name into pieces wherever its spelling was looked at.
    texts = [_TAG.sub(b"", _PARAGRAPH.sub(b"\n", part)) for part in parts]
    return html.unescape(b"\n".join(texts).decode("utf-8", "replace"))
