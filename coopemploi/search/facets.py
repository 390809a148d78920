"""What a record can be filtered by: functions of records that give (pk, value) pairs.

Values are slugs, or numbers: texts without spaces.
"""

# The name of what gives several facets at once: its values are "region:84".
SEVERAL = ""
# A step « depuis 1950 » does not put a record in every year since.
MOST_YEARS = 15


def own(field):
    """The value of a field of the records themselves, which are already read."""
    return lambda records: ((record.pk, getattr(record, field)) for record in records)


def values(lookup, **conditions):
    """The values of related rows, under conditions on the same rows."""
    return lambda records: records.filter(**conditions).values_list("pk", lookup)


def own_years(*bounds):
    """The years that partial dates touch; `bounds` are (earliest, latest) fields."""

    def pairs(records):
        for record in records:
            for earliest, latest in bounds:
                for year in years_between(getattr(record, earliest), getattr(record, latest)):
                    yield record.pk, year

    return pairs


def years(earliest, latest):
    """The same of the dates of related rows, by their lookups."""

    def pairs(records):
        for pk, first, last in records.values_list("pk", earliest, latest):
            yield from ((pk, year) for year in years_between(first, last))

    return pairs


def years_between(first, last):
    if not (first or last):
        return ()
    return range((first or last).year, (last or first).year + 1)[:MOST_YEARS]


def filled(*fields):
    """« oui » for the records of which one of the text `fields` says something."""

    def pairs(records):
        for record in records:
            if any(getattr(record, field) for field in fields):
                yield record.pk, "oui"

    return pairs
