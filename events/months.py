"""The agenda of a month as a table: weeks, days, and what is held on each."""

import calendar
import datetime
from dataclasses import dataclass, field

from coopemploi.dates import Precision

YEARS = range(1900, 2200)


@dataclass
class Day:
    date: datetime.date
    is_of_month: bool
    is_today: bool
    events: list = field(default_factory=list)


@dataclass
class Month:
    first: datetime.date
    weeks: list
    undated: list  # in the month, on a day that is not known

    @property
    def previous(self):
        return _shifted(self.first, -1)

    @property
    def next(self):
        return _shifted(self.first, 1)

    @property
    def count(self):
        known = {event for week in self.weeks for day in week for event in day.events}
        return len(known | set(self.undated))


def read_month(text):
    """The first day of « 2030-10 »; ValueError for what is no month of our times."""
    first = datetime.datetime.strptime(text, "%Y-%m").date()
    if first.year not in YEARS:
        raise ValueError(text)
    return first


def last_day_of(first):
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_of(first, events, today):
    """The `Month` that begins on `first`, of the events that touch it."""
    weeks = [
        [Day(day, day.month == first.month, day == today) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = {day.date: day for week in weeks for day in week}
    month = Month(first, weeks, [])
    for event in events:
        if event.start.precision is Precision.DAY:
            last = event.end.latest if event.end.precision is Precision.DAY else None
            for date, day in days.items():
                is_held = event.start.earliest <= date <= (last or event.start.earliest)
                if day.is_of_month and is_held:
                    day.events.append(event)
        else:
            month.undated.append(event)
    return month


def _shifted(first, months):
    index = first.year * 12 + first.month - 1 + months
    year, month = divmod(index, 12)
    return f"{year}-{month + 1:02}" if year in YEARS else ""
