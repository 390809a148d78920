"""Text that every format can hold."""

import re

# Neither XML nor a spreadsheet holds them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(value):
    """`value` as text, without control characters."""
    return _UNPRINTABLE.sub("", str(value))
