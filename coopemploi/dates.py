"""Partial dates: dates as incomplete as the documents leave them.

Pure: no Django model here. `coopemploi.fields.PartialDateField` stores them.
"""

import calendar
import datetime
import enum
import re
import unicodedata
from dataclasses import dataclass

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]

UNKNOWN = "date inconnue"
LONGEST = 200  # characters, deduced bounds included: a field keeps fewer

_ABBREVIATIONS = {
    "janv": 1,
    "fevr": 2,
    "fev": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_THIRDS = {"debut": (1, 10), "mi": (11, 20), "fin": (21, 31)}  # days of a month
_THIRDS_OF_YEAR = {"debut": (1, 4), "mi": (5, 8), "fin": (9, 12)}  # months
# As meteorologists part the year; a winter, of two years, is said with both.
_SEASONS = {"printemps": (3, 5), "ete": (6, 8), "automne": (9, 11)}
_MONTHS_OF_PART = {"t": 3, "s": 6}  # trimestre, semestre
_RANKS = {"premier": 1, "second": 2, "deuxieme": 2, "troisieme": 3, "quatrieme": 4, "dernier": -1}


class Precision(enum.Enum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    PERIOD = "period"
    UNKNOWN = "unknown"


def _plain(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    stripped = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(stripped.replace("’", "'").replace("–", "-").split())


_MONTH_NUMBERS = {
    **{_plain(name): number for number, name in enumerate(MONTHS, start=1)},
    **_ABBREVIATIONS,
}
_MONTH = "(" + "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True)) + r")\.?"
_DAY = r"(\d{1,2})(?:er)?"
_YEAR = r"(\d{4})"
_RANK = rf"(\d|{'|'.join(_RANKS)})(?:er|nd|eme|e)?"
_WEEKDAY = r"(?:le )?(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?"


class NoDateError(ValueError):
    """A text that says no date: `plain` says so to whoever never heard of brackets."""

    def __init__(self, text):
        self.plain = (
            f"Date non comprise : « {text} ». Écrivez par exemple 17/10/2019, 10/2019, 2019 ou "
            "fin mars 2021."
        )
        super().__init__(
            f"{self.plain} Pour garder une expression sans date, précédez-la de crochets : "
            "[] 2e vague."
        )


@dataclass(frozen=True)
class PartialDate:
    """A date known by its bounds, with the wording it was found in.

    `earliest` and `latest` are inclusive, each None when unknown; `deduced` says
    that somebody supplied the bounds which the wording alone does not give, as
    archivists do with square brackets. An empty value means nothing is known.
    """

    earliest: datetime.date | None = None
    latest: datetime.date | None = None
    wording: str = ""
    deduced: bool = False

    @classmethod
    def parse(cls, text):
        """Read what a person types: "17/10/2019", "10/2019", "fin mars 2021", …

        "[17/10/2019] 17 octobre dernier" gives deduced bounds and the wording as
        found; "[] 2e vague" keeps a wording that has no date. Raise ValueError,
        with a French message, for what is neither: NoDateError when it says no date.
        """
        text = " ".join(text.split())
        if len(text) > LONGEST:
            raise ValueError(f"Une date s'écrit en {LONGEST} caractères au plus.")
        if not text or _plain(text) == _plain(UNKNOWN):
            return cls()
        if bracketed := re.fullmatch(r"\[([^]]*)\] ?(.*)", text):
            supplied, wording = bracketed.groups()
            if not supplied.strip():
                if not wording:
                    raise ValueError("Écrivez une expression après les crochets vides.")
                return cls(wording=wording)
            known = cls.parse(supplied)
            return cls(known.earliest, known.latest, wording or known.wording, True)
        bounds = _read_bounds(_plain(text))
        if bounds is None:
            raise NoDateError(text)
        earliest, latest = bounds
        if earliest and latest and latest < earliest:
            raise ValueError(f"« {text} » finit avant de commencer.")
        known = cls(earliest, latest)
        exact = known.precision in (Precision.DAY, Precision.MONTH, Precision.YEAR)
        return known if exact else cls(earliest, latest, text)

    @classmethod
    def day(cls, date):
        return cls(date, date)

    def __bool__(self):
        return bool(self.earliest or self.latest or self.wording)

    def __str__(self):
        return f"{self.label} (date déduite)" if self.is_deduced else self.label

    @property
    def is_deduced(self):
        return self.deduced and bool(self.earliest or self.latest)

    @property
    def precision(self):
        first, last = self.earliest, self.latest
        if not first and not last:
            return Precision.UNKNOWN
        if first == last:
            return Precision.DAY
        if first and last:
            if (first, last) == _month_bounds(first.year, first.month):
                return Precision.MONTH
            if (first, last) == _year_bounds(first.year):
                return Precision.YEAR
        return Precision.PERIOD

    @property
    def label(self):
        """What is shown, without the mention of a deduction."""
        first, last = self.earliest, self.latest
        match self.precision:
            case Precision.UNKNOWN:
                return self.wording or UNKNOWN
            case Precision.DAY:
                return day_label(first)
            case Precision.MONTH:
                return f"{MONTHS[first.month - 1]} {first.year}"
            case Precision.YEAR:
                return str(first.year)
        if self.wording and not self.deduced:
            return self.wording
        if not first:
            return f"au plus tard le {day_label(last)}"
        if not last:
            return f"au plus tôt le {day_label(first)}"
        return f"du {day_label(first)} au {day_label(last)}"

    @property
    def iso(self):
        """ISO 8601 as far as known: 2021-05-04, 2021-05, 2021, an interval, or ""."""
        first, last = self.earliest, self.latest
        match self.precision:
            case Precision.UNKNOWN:
                return ""
            case Precision.DAY:
                return first.isoformat()
            case Precision.MONTH:
                return first.isoformat()[:7]
            case Precision.YEAR:
                return first.isoformat()[:4]
        return "/".join(bound.isoformat() if bound else ".." for bound in (first, last))

    @property
    def as_input(self):
        """The text which `parse` reads back as this very value."""
        if not self:
            return ""
        if not self.deduced:
            if self.precision is Precision.UNKNOWN:
                return self.wording if _is_understood(self.wording) else f"[] {self.wording}"
            return self.wording or self._bounds_as_input
        return f"[{self._bounds_as_input}] {self.wording}".rstrip()

    @property
    def _bounds_as_input(self):
        first, last = self.earliest, self.latest
        match self.precision:
            case Precision.DAY:
                return _slashed(first)
            case Precision.MONTH:
                return _slashed(first)[3:]
            case Precision.YEAR:
                return _slashed(first)[6:]
        if not first:
            return f"au plus tard {_slashed(last)}"
        if not last:
            return f"au plus tôt {_slashed(first)}"
        return f"{_slashed(first)} - {_slashed(last)}"


def day_label(date):
    day = "1er" if date.day == 1 else date.day
    return f"{day} {MONTHS[date.month - 1]} {date.year}"


def hour_label(time):
    minutes = f"\N{NO-BREAK SPACE}{time.minute:02}" if time.minute else ""
    return f"{time.hour}\N{NO-BREAK SPACE}h{minutes}"


def moment_label(moment):
    """« 25/11/2026 à 9 h 30 »"""
    return f"{_slashed(moment)} à {hour_label(moment)}"


def _slashed(date):
    """17/10/2019; of four figures, which %Y does not give to every year."""
    return f"{date:%d/%m}/{date.year:04}"


def day_before(first, last):
    """How a day is said before another: "20" before 21 mai 2027, "30 mai" before 2 juin 2027."""
    if first.year != last.year:
        return day_label(first)
    day = "1er" if first.day == 1 else str(first.day)
    return day if first.month == last.month else f"{day} {MONTHS[first.month - 1]}"


def _date(year, month, day):
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(
            f"Le {int(day):02}/{int(month):02}/{year} n'existe pas dans le calendrier."
        ) from None


def _month_bounds(year, month):
    year, month = int(year), int(month)
    if not (1 <= month <= 12 and year):
        raise ValueError(f"Le mois {month:02}/{year} n'existe pas.")
    last_day = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, 1), datetime.date(year, month, last_day)


def _year_bounds(year):
    if not int(year):
        raise ValueError("L'année 0 n'existe pas.")
    return datetime.date(int(year), 1, 1), datetime.date(int(year), 12, 31)


def _read_bounds(text):
    """The (earliest, latest) of a plain wording, None when it is not understood."""
    for prefix, read in _OPEN_ENDED.items():
        if text.startswith(prefix + " "):
            rest = re.sub(r"^(le|l'|la) ?", "", text.removeprefix(prefix).strip())
            known = _read_bounds(rest)
            return known and read(*known)
    if text.startswith("depuis "):
        return _read_bounds(text.removeprefix("depuis ").removeprefix("le "))
    for pattern, read in _PATTERNS:
        if found := re.fullmatch(pattern, text):
            return read(*found.groups())
    if interval := re.fullmatch(r"(?:du )?(.+?) ?(?:-| au? ) ?(.+)", text):
        start, end = (_read_bounds(part) for part in interval.groups())
        if start and end and start[0] and end[1]:
            return start[0], end[1]
    return None


def _is_understood(wording):
    """Whether a wording is read as a date that has no bounds: « 17 octobre »."""
    try:
        return _read_bounds(_plain(wording)) == (None, None)
    except ValueError:  # a day that does not exist
        return False


def _day_bounds(year, month, day):
    date = _date(year, month, day)
    return date, date


def _third_of_month(third, month, year):
    first, last = _month_bounds(year, _MONTH_NUMBERS[month])
    start, end = _THIRDS[third]
    return first.replace(day=start), first.replace(day=min(end, last.day))


def _months_of_year(first_month, last_month, year):
    first, _ = _month_bounds(year, first_month)
    _, last = _month_bounds(year, last_month)
    return first, last


def _part_of_year(rank, kind, year):
    """A quarter or a half of a year; None for the third half of one."""
    length = _MONTHS_OF_PART[kind]
    number = int(rank) if rank.isdecimal() else _RANKS[rank]
    last = 12 if number == -1 else number * length
    if not length <= last <= 12:
        return None
    return _months_of_year(last - length + 1, last, year)


def _winter(year, following):
    """« hiver 2023-2024 », or « 2023-24 », of three months."""
    if int(following) not in (int(year) + 1, (int(year) + 1) % 100):
        return None
    (first, _), (_, last) = _month_bounds(year, 12), _month_bounds(int(year) + 1, 2)
    return first, last


def _month_span(first_month, last_month, year):
    first, _ = _month_bounds(year, _MONTH_NUMBERS[first_month])
    _, last = _month_bounds(year, _MONTH_NUMBERS[last_month])
    return first, last


def _day_span(first_day, last_day, month, year):
    number = _MONTH_NUMBERS[month]
    return _date(year, number, first_day), _date(year, number, last_day)


def _day_without_year(day, month):
    _date(2000, _MONTH_NUMBERS[month], day)  # a leap year: 29 February may be meant
    return None, None


def _moved(date, days):
    """The date so many days later, None for none."""
    try:
        return date and date + datetime.timedelta(days=days)
    except OverflowError:
        raise ValueError("Le calendrier va du 01/01/0001 au 31/12/9999.") from None


_OPEN_ENDED = {
    "au plus tard": lambda first, last: (None, last),
    "au plus tot": lambda first, last: (first, None),
    **dict.fromkeys(
        # By then, and no later: « avant fin mars 2021 » leaves the whole of March.
        ("avant fin", "avant la fin de", "avant la fin", "d'ici fin", "d'ici a", "d'ici"),
        lambda first, last: (None, last),
    ),
    "avant": lambda first, last: (None, _moved(first, -1)),
    "apres": lambda first, last: (_moved(last, 1), None),
}
_PATTERNS = (
    (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", lambda d, m, y: _day_bounds(y, m, d)),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", _day_bounds),
    (r"(\d{1,2})[/.](\d{4})", lambda m, y: _month_bounds(y, m)),
    (r"(\d{4})-(\d{1,2})", _month_bounds),
    (r"(?:en |courant )?" + _YEAR, _year_bounds),
    (rf"(debut|mi|fin)[ -]{_YEAR}", lambda third, y: _months_of_year(*_THIRDS_OF_YEAR[third], y)),
    (rf"(?:au )?([ts])([1-4]) ?{_YEAR}", lambda kind, rank, y: _part_of_year(rank, kind, y)),
    (rf"{_YEAR}[ -]?([ts])([1-4])", lambda y, kind, rank: _part_of_year(rank, kind, y)),
    (rf"(?:le |au )?{_RANK} ?([ts])(?:rim|em)(?:estre)?\.?(?: de)? {_YEAR}", _part_of_year),
    (
        rf"(?:l'|a l'|le |au )?({'|'.join(_SEASONS)}) {_YEAR}",
        lambda season, y: _months_of_year(*_SEASONS[season], y),
    ),
    (rf"(?:l')?hiver {_YEAR} ?[-/] ?(\d{{4}}|\d\d)", _winter),
    (
        rf"{_WEEKDAY}{_DAY} {_MONTH} {_YEAR}",
        lambda d, m, y: _day_bounds(y, _MONTH_NUMBERS[m], d),
    ),
    (rf"{_WEEKDAY}{_DAY} {_MONTH}", _day_without_year),
    (rf"(?:en |courant )?{_MONTH} {_YEAR}", lambda m, y: _month_bounds(y, _MONTH_NUMBERS[m])),
    (rf"(debut|mi|fin)[ -]{_MONTH} {_YEAR}", _third_of_month),
    (rf"(?:de )?{_MONTH} ?(?:-|a|et) ?{_MONTH} ?{_YEAR}", _month_span),
    (
        rf"{_WEEKDAY}(?:les |du )?{_DAY} ?(?:-|et|au) ?{_DAY} {_MONTH} {_YEAR}",
        _day_span,
    ),
)
