"""What a value in JSON was in the database."""

import datetime
import json
import zoneinfo
from decimal import Decimal

from django.db import connection, models


def converter(column):
    """What makes of a value in JSON that of a field; None when it is the same."""
    if isinstance(column, models.GeneratedField):
        column = column.output_field
    if isinstance(column, models.DateTimeField):
        return _instant
    if isinstance(column, models.DateField):
        return lambda value: value and datetime.date.fromisoformat(value)
    if isinstance(column, models.TimeField):
        return lambda value: value and datetime.time.fromisoformat(value)
    if isinstance(column, models.DecimalField):
        unit = Decimal(1).scaleb(-column.decimal_places)
        return lambda value: None if value is None else Decimal(str(value)).quantize(unit)
    if isinstance(column, models.BooleanField):
        return lambda value: None if value is None else bool(value)
    if isinstance(column, models.JSONField):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if hasattr(column, "from_db_value"):
        return lambda value: column.from_db_value(value, None, connection)
    return None


def _instant(text):
    if text is None:
        return None
    instant = datetime.datetime.fromisoformat(text)
    # SQLite keeps what Django gave it, in UTC.
    return (
        instant.astimezone(datetime.UTC)
        if instant.tzinfo
        else instant.replace(tzinfo=zoneinfo.ZoneInfo("UTC"))
    )
