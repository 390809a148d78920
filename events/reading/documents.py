"""What was pasted or sent, made into text: encodings known, what is no text refused."""

import codecs
import re

MOST_BYTES = 2_000_000

_SIGNATURES = (
    (b"%PDF", "un PDF"),
    (b"PK\x03\x04", "un document Word, LibreOffice ou compressé"),
    (b"\xd0\xcf\x11\xe0", "un ancien document Word"),
    (b"{\\rtf", "un document RTF"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Controls that no text has: neither tab, line feed, form feed nor carriage return.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


class UnreadableRecapError(ValueError):
    """What was given is no recap to read; the message, in French, says why."""


def decode(data):
    """The text of `data`, bytes of UTF-8, UTF-16 with its mark, or Windows-1252."""
    _refuse_too_long(len(data))
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableRecapError(
                f"Ce fichier est {kind}. Ouvrez-le, copiez-en le texte et collez-le."
            )
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data:
        raise UnreadableRecapError("Ce fichier n'est pas un texte.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def checked(text):
    """`text` without what is not written; raise UnreadableRecapError when nothing is left."""
    # A text of few bytes in memory may still be long to write.
    _refuse_too_long(len(text.encode("utf-8", "ignore")))
    controls = len(_CONTROLS.findall(text))
    if controls > 8 and controls * 50 > len(text):
        raise UnreadableRecapError("Ce fichier n'est pas un texte.")
    text = _INVISIBLE.sub("", _SURROGATES.sub("", _CONTROLS.sub("", text)))
    if not text.strip():
        raise UnreadableRecapError("Ce texte est vide : il n'y a rien à lire.")
    return text


def _refuse_too_long(size):
    if size > MOST_BYTES:
        raise UnreadableRecapError(
            f"Ce texte est trop long : {size / 1e6:.1f} Mo, pour {MOST_BYTES / 1e6:.0f} Mo "
            "au plus. Gardez le seul compte rendu.".replace(".", ",", 1)
        )
