"""The dates a text says, as far as it says them: 2021-05-04, 2021-05, --10-17."""

import datetime
import re
from dataclasses import dataclass

from coopemploi.search.text import normalise

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv",
            "fevrier fevr fev",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = (
    r"(?P<{}>janvier|janv\.?|f[ée]vrier|f[ée]vr?\.?|mars|avril|avr\.?|mai|juin|juillet|juil\.?|"
    r"ao[ûu]t|septembre|sept\.?|octobre|oct\.|novembre|nov\.|d[ée]cembre|d[ée]c\.)(?!\w)"
)
_DAY = r"(?P<{}>3[01]|[12]\d|0?[1-9])\s?(?:er\b)?"
_YEAR = r"(?P<{}>(?:19|20)\d\d)\b"
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s)?"

_SPAN = re.compile(
    rf"\b{_WEEKDAY}{_DAY.format('first')}\s?(?:{_MONTH.format('first_month')}\s?)?"
    rf"(?:et|au|-|–|à|,)\s?(?:le\s)?{_WEEKDAY}{_DAY.format('last')}\s?{_MONTH.format('month')}"
    rf"(?:\s{_YEAR.format('year')})?",
    re.I,
)
_FULL = re.compile(
    rf"\b{_WEEKDAY}{_DAY.format('day')}\s?{_MONTH.format('month')}"
    rf"(?:\s{_YEAR.format('year')})?",
    re.I,
)
_NUMERIC = re.compile(
    r"(?<![\d/.])(?P<day>3[01]|[12]\d|0?[1-9])(?P<sep>[/.])(?P<month>1[0-2]|0?[1-9])"
    r"(?:(?P=sep)(?P<year>(?:19|20)\d\d|\d\d))?(?![\d/])(?!,\d)",
)
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)\b")
_MONTH_ONLY = re.compile(rf"\b{_MONTH.format('month')}(?:\s?{_YEAR.format('year')})?", re.I)
_SEASON = re.compile(
    r"\b(?:printemps|été|automne|hiver|année|courant|semestre|trimestre|fin|début|en|mi-?)\s"
    r"(?P<year>20\d\d)\b",
    re.I,
)


@dataclass(frozen=True)
class DateFound:
    isos: tuple[str, ...]  # two for several days
    start: int
    end: int
    has_day: bool

    @property
    def iso(self):
        return self.isos[0]

    @property
    def has_year(self):
        return not self.iso.startswith("--")


def find_dates(text):
    """The dates of `text`, in order, none over another."""
    found = []
    taken = bytearray(len(text))
    for pattern, read in (
        (_ISO, _read_day),
        (_SPAN, _read_span),
        (_FULL, _read_day),
        (_NUMERIC, _read_numeric),
        (_MONTH_ONLY, _read_month),
        (_SEASON, _read_month),
    ):
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            isos = read(match)
            if isos:
                has_day = isos[0].count("-") == (3 if isos[0].startswith("--") else 2)
                found.append(DateFound(isos, match.start(), match.end(), has_day))
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    found.sort(key=lambda date: date.start)
    return found


def _iso(year, month, day=None):
    if day is not None:
        try:
            datetime.date(int(year or 2000), month, int(day))
        except ValueError:
            return ""
    parts = [str(year) if year else "-", f"{month:02}"]
    if day is not None:
        parts.append(f"{int(day):02}")
    return "-".join(parts)


def _number_of(month):
    return _MONTHS.get(normalise(month), 0)


def _read_span(match):
    month = _number_of(match["month"])
    first_month = _number_of(match["first_month"]) if match["first_month"] else month
    isos = (
        _iso(match["year"], first_month, match["first"]),
        _iso(match["year"], month, match["last"]),
    )
    return (
        isos
        if all(isos)
        and (first_month, int(match["first"]))
        < (
            month,
            int(match["last"]),
        )
        else ()
    )


def _read_day(match):
    month = match["month"]
    number = int(month) if month.isdigit() else _number_of(month)
    iso = _iso(match["year"], number, match["day"])
    return (iso,) if iso else ()


def _read_numeric(match):
    year = match["year"]
    # « 2.5 » and « 3/4 » are numbers; « 15/11 » is a day.
    if not year and (match["sep"] == "." or len(match["month"]) < 2):
        return ()
    if year and len(year) == 2:
        year = f"20{year}"
    iso = _iso(year, int(match["month"]), match["day"])
    return (iso,) if iso else ()


def _read_month(match):
    groups = match.groupdict()
    if "month" not in groups:
        return (groups["year"],)
    month = groups["month"]
    # « mai » and « mars » without a year are dates all the same, not « Mars » the planet.
    # « sept » is seven, or the end of « vingt-sept ».
    if not groups["year"] and (month[0].isupper() or month == "sept"):
        return ()
    return (_iso(groups["year"], _number_of(month)),)


# The date of the event among them

_OF_THE_EVENT = re.compile(
    r"\b(?:rencontre|r[ée]union|s[ée]ance|webinaire|atelier|journ[ée]e|matin[ée]e|soir[ée]e|"
    r"comit[ée]|forum|visite|colloque|s[ée]minaire|[ée]dition|copil|cotech|"
    r"organis[ée]e?s?|tenue?s?|"
    r"s'est d[ée]roul|lors d|réuni|retrouv[ée]s|accueilli|avai(?:t|ent) lieu|a eu lieu|"
    r"ont fait le d[ée]placement|ce)\b",
    re.I,
)
_OF_ANOTHER = re.compile(
    r"\b(?:prochaine?s?|rendez-vous|[ée]ch[ée]ance|d'ici|avant|depuis|convention|"
    r"compte rendu de la s[ée]ance|procès-verbal|approbation|publi[ée]|arr[êe]t[ée]|d[ée]cret|loi|"
    r"pr[ée]c[ée]dente?|pour le|prévue?|fixée|grève|à partir|dès|jusqu|bilan|pr[ée]vision|fin|"
    r"se retrouve|à venir|reporté|limite|inscri\w+ avant)\b",
    re.I,
)


_HOUR = r"(?P<{0}>[01]?\d|2[0-3])\s?h\s?(?P<{0}_minutes>[0-5]\d)?(?!\w)"
_TIMES = re.compile(
    rf"(?<![\w,.]){_HOUR.format('first')}(?:\s?(?:-|–|à|et)\s?{_HOUR.format('last')})?", re.I
)
_PUBLISHED = re.compile(r"^(?:publi[ée]e?|mise? en ligne|envoyé|date|sent)\b", re.I)


def find_times(text):
    """("09:30", "12:00") of « 9h30-12h »: when it begins, and "" or when it ends."""
    found = _TIMES.search(text)
    if not found:
        return "", ""
    return tuple(
        f"{int(found[name]):02}:{found[f'{name}_minutes'] or '00'}" if found[name] else ""
        for name in ("first", "last")
    )


def event_times(document, dates):
    """Those said beside the first of the dates of the event."""
    for block in document.blocks[:12]:
        if not block.is_around and any(date.iso in dates[:1] for date in find_dates(block.text)):
            return find_times(block.text)
    return "", ""


def is_publication(block):
    return block.is_around and bool(_PUBLISHED.match(block.text))


def publication(document):
    """When the page was published, or the e-mail sent: an ISO day, or ""."""
    for block in document.blocks:
        if is_publication(block):
            for date in find_dates(block.text):
                if date.has_day and date.has_year:
                    return date.iso
    return ""


def with_year(iso, reference, *, is_before):
    """The day « --10-17 » in the year that puts it just before, or just after, a dated one.

    « --10-17 » before « 2020-02 » is « 2019-10-17 »; as it is, when nothing tells.
    """
    if not (re.fullmatch(r"--\d\d-\d\d", iso) and re.match(r"\d{4}-\d\d", reference)):
        return iso
    year, day, other = int(reference[:4]), iso[2:], reference[5:]
    if is_before and day[: len(other)] > other:
        year -= 1
    elif not is_before and day[: len(other)] < other:
        year += 1
    try:
        return datetime.date(year, int(day[:2]), int(day[3:])).isoformat()
    except ValueError:  # the 29th of February of another year
        return iso


def event_dates(document):
    """When the event took place, in ISO, as far as the recap says; [] when it does not."""
    scored = []
    written = [block for block in document.blocks if not block.is_around]
    for index, block in enumerate(written):
        for date in find_dates(block.text):
            before = block.text[max(0, date.start - 70) : date.start]
            clause = re.split(r"[.;!?]\s", before)[-1]
            score = 0
            if date.has_day:
                score += 3
            if index < 6:
                score += 3 - index // 3
            if re.search(r"\b(?:le|ce|du|les|des|en)\s?(?:\w+di\s)?$", clause + " ", re.I):
                score += 1
            if _OF_THE_EVENT.search(clause):
                score += 2
            if re.match(r"\s?dernier", block.text[date.end :]):
                score += 2
            if len(block.text) - (date.end - date.start) < 40:
                score += 2
            if _OF_ANOTHER.search(clause):
                score -= 6
            scored.append((score, -block.start - date.start, date))
    if not scored:
        return []
    score, _, best = max(scored, key=lambda each: each[:2])
    if score < 4:
        return []
    isos = best.isos
    if not best.has_year:
        for _, _, other in scored:
            if other.has_year and other.has_day and f"--{other.iso[5:]}" == best.iso:
                return list(other.isos)
    return list(isos)
