"""A document told by its content, never by its name or by what the browser says."""

import hashlib
import zipfile

from django.core.exceptions import ValidationError

MAX_BYTES = 20_000_000
MAX_UNFOLDED = 300_000_000
MAX_ENTRIES = 5_000

PDF = "application/pdf"
_ODF = "application/vnd.oasis.opendocument."
_OOXML = "application/vnd.openxmlformats-officedocument."
EXTENSIONS = {
    PDF: "pdf",
    f"{_ODF}text": "odt",
    f"{_ODF}spreadsheet": "ods",
    f"{_ODF}presentation": "odp",
    f"{_OOXML}wordprocessingml.document": "docx",
    f"{_OOXML}spreadsheetml.sheet": "xlsx",
    f"{_OOXML}presentationml.presentation": "pptx",
}
_PARTS = {
    "word/document.xml": f"{_OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OOXML}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OOXML}presentationml.presentation",
}
_PROGRAMS = ("vbaproject.bin", "/scripts/", "basic/", ".exe", ".js", "activex")


def recognise(upload):
    """(media type, name for its content) of an uploaded file; ValidationError otherwise."""
    if upload.size > MAX_BYTES:
        raise ValidationError("Ce fichier dépasse 20 Mo : allégez-le.", code="heavy")
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    media_type = PDF if content[:5] == b"%PDF-" else _office_type(upload)
    upload.seek(0)
    digest = hashlib.sha256(content).hexdigest()[:20]
    return media_type, f"{digest}.{EXTENSIONS[media_type]}"


def _office_type(upload):
    try:
        with zipfile.ZipFile(upload) as archive:
            return _archive_type(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _unknown() from error


def _archive_type(archive):
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNFOLDED:
        raise ValidationError("Ce document est trop gros une fois ouvert.", code="large")
    names = [entry.filename.lower() for entry in entries]
    if any(program in f"/{name}" for name in names for program in _PROGRAMS):
        raise ValidationError(
            "Ce document contient un programme (macro) : enregistrez-le sans, ou en PDF.",
            code="program",
        )
    if names and names[0] == "mimetype" and entries[0].file_size < 100:
        media_type = archive.read(entries[0]).decode("ascii", "replace").strip()
    else:
        media_type = next((kind for part, kind in _PARTS.items() if part in names), "")
    if media_type not in EXTENSIONS:
        raise _unknown()
    return media_type


def _unknown():
    return ValidationError(
        "Envoyez un PDF, un document LibreOffice (odt, ods, odp) ou Office (docx, xlsx, pptx).",
        code="invalid",
    )
