"""The date that names a backup, and what a restoration moves aside."""

from datetime import UTC, datetime

# "2026-11-29T03-50-00Z", in universal time: names sort as dates do.
STAMP = "%Y-%m-%dT%H-%M-%SZ"


def stamp_of(at):
    return at.astimezone(UTC).strftime(STAMP)


def date_of(stamp):
    """None when it is not one."""
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
