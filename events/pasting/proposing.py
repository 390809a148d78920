"""What a reading proposes for an event: the first values of the forms."""

import re

from django.utils.text import Truncator

from coopemploi.dates import MONTHS
from coopemploi.imports.contacts import says_contact
from coopemploi.search.text import normalise
from events.models import Objective
from events.reading.dates import find_times, with_year
from events.reading.objectives import pieces

from .rows import ALREADY, row
from .who import parties, people, quotes, territories

UNTITLED = "La rencontre"  # what a text tells before any title
TOO_LONG = "Trop long pour un seul champ : la suite est proposée juste après."
GOES_ON = "Suite de ce qui précède."
TOLD_ABOVE = "Le même chiffre est proposé plus haut."
_WITHOUT_YEAR = re.compile(r"--(?P<month>\d\d)(?:-(?P<day>\d\d))?")


def propose(reading, event, names, noted):
    """{kind: first values of each form}; what the event has already is not ticked.

    Nor is what the rows of a tour de table say, which is better received as such.
    """
    recap = getattr(event, "recap", None)
    return {
        "meeting": _meeting(reading, event, noted),
        "objectives": _objectives(reading, event),
        "parties": parties(reading, event, names),
        "figures": _figures(reading, event),
        "results": _results(reading, event),
        "people": people(reading, names, noted),
        "quotes": quotes(reading, recap, names),
        "sessions": _sessions(reading, event),
        "sections": _sections(reading, recap),
        "obstacles": _obstacles(reading, names, noted),
        "territories": territories(reading, names, noted),
        "actions": _actions(reading, event, names),
        "links": _links(reading, recap),
        "next": _next(reading, event),
    }


def _meeting(reading, event, noted):
    found = {"standfirst": reading.standfirst, "topic": reading.theme, **_days(reading)}
    if not _is_its_town(event, reading.place):
        found["venue"] = reading.place[:200]
    new = {name: said for name, said in found.items() if said and name not in noted.meeting}
    return [{"keep": True, **new}] if new else []


def _days(reading):
    if not reading.dates:
        return {}
    following = reading.next_event
    reference = reading.published_on or (following.date if following else "")
    days = [
        date_input(each, with_year(each, reference, is_before=True)) for each in reading.dates[:2]
    ]
    first, last = reading.times
    return {"start": days[0], "end": (*days, "")[1], "start_time": first, "end_time": last}


def date_input(iso, dated=""):
    """A date as the reader writes it, as a person would: « 17 octobre » when it has no year.

    `dated` is the same day in the year that the text lets deduce.
    """
    if dated != iso and dated:
        year, month, day = dated.split("-")
        return f"[{day}/{month}/{year}] {date_input(iso)}"
    if not (match := _WITHOUT_YEAR.fullmatch(iso)):
        return iso
    month = MONTHS[int(match["month"]) - 1]
    return f"{int(match['day'])} {month}" if match["day"] else f"[] {month}"


def _is_its_town(event, place):
    """« Dax » says nothing more of an event at Dax."""
    return event.town is not None and normalise(event.town.name) == normalise(place)


def _objectives(reading, event):
    """One too long for its field is an objective, and what follows are its criteria."""
    known = {normalise(each.text) for each in event.objectives.all()}
    most = Objective._meta.get_field("text").max_length
    rows = []
    for each in reading.objectives:
        first, *others = pieces(each.text, most)
        parts = [(each.kind, first, TOO_LONG if others else "")]
        parts += [(Objective.Kind.CRITERION, other, GOES_ON) for other in others]
        rows += [
            row(
                reading,
                each,
                already=normalise(text) in known,
                note=note,
                kind=kind,
                text=text,
            )
            for kind, text, note in parts
        ]
    return rows


def _figures(reading, event):
    known = {(float(each.value), each.unit) for each in event.figures.all()}
    rows, told = [], set()
    for each in reading.figures:
        if each.is_result or each.is_base:
            continue
        said = float(each.value), each.unit
        # « 80 personnes le matin, 80 personnes le soir », not « 3 axes, 3 actions ».
        counted = (*said, normalise(each.label).partition(" ")[0])
        is_told = counted in told
        told.add(counted)
        rows.append(
            row(
                reading,
                each,
                already=said in known,
                keep=not is_told,
                note=TOLD_ABOVE if is_told else "",
                **_counted(reading, each),
            )
        )
    return rows


def _results(reading, event):
    known = {(float(each.value), each.label) for each in event.evaluation_results.all()}
    return [
        row(
            reading,
            each,
            already=(float(each.value), each.label) in known,
            **_counted(reading, each),
            base=each.base,
            base_label=each.base_label,
        )
        for each in reading.figures
        if each.is_result
    ]


def _counted(reading, figure):
    wording = reading.excerpt(figure)
    return {
        "value": figure.value,
        "unit": figure.unit,
        "qualifier": figure.qualifier,
        "label": figure.label,
        "wording": "" if wording[:1].isdigit() else wording[:120],
    }


def _sessions(reading, event):
    known = {normalise(each.title) for each in event.sessions.all()}
    rows = []
    for each in reading.sessions:
        title, outcome = _title_of(each), each.outcome
        if each.title not in (title, each.question):
            outcome = f"{each.title}\n{outcome}".strip()
        rows.append(
            row(
                reading,
                each,
                already=normalise(title) in known,
                kind=each.kind,
                title=title,
                question=each.question,
                outcome=outcome,
            )
        )
    return rows


def _title_of(session):
    return Truncator(session.title).chars(200)


def _sections(reading, recap):
    known = {normalise(each.body) for each in recap.sections.all()} if recap else set()
    rows = []
    for each in reading.prose:
        note = ""
        if normalise(each.body) in known:
            note = ALREADY
        elif says_contact(each.body):
            note = "Une adresse e-mail ou un téléphone y serait lu de tous."
        elif each.is_read_apart:
            note = "Ce que ce titre annonce est sans doute proposé plus haut ou plus bas."
        title = Truncator(each.title or UNTITLED).chars(200)
        rows.append({"keep": not note, "note": note, "title": title, "body": each.body})
    return rows


def _obstacles(reading, names, noted):
    rows = []
    for each in reading.obstacles:
        found = names.obstacle(each.name)
        rows.append(
            row(
                reading,
                each,
                keep=found is not None,
                already=bool(found and found.pk in noted.obstacles),
                wording=each.name,
                obstacle=found.pk if found else "",
            )
        )
    return rows


def _actions(reading, event, names):
    known = {normalise(each.title) for each in event.actions.all()}
    rows = []
    for each in reading.actions:
        title = Truncator(each.text).chars(250)
        carriers = " ; ".join(each.carriers)
        rows.append(
            row(
                reading,
                each,
                already=normalise(title) in known,
                note=_actors_known(each.carriers, names),
                title=title,
                reason="" if title == each.text else each.text,
                carriers="" if each.is_shared else carriers,
                involved=carriers if each.is_shared else "",
                due=_due(each),
                session=_session_of(each, reading),
            )
        )
    return rows


def _due(action):
    """« fin mars 2027 » as written, « [] fin avril » when it has no year."""
    if not action.due_wording:
        return date_input(action.due)
    return f"[] {action.due_wording}" if action.due.startswith("--") else action.due_wording


def _session_of(action, reading):
    found = (each for each in reading.sessions if each.start <= action.start < each.end)
    return next((_title_of(each) for each in found), "")


def _actors_known(carriers, names):
    """Whose sheets an action will lead to."""
    found = [names.actor(name).match for name in carriers]
    known = dict.fromkeys(map(str, filter(None, found)))
    s = "s" if len(known) > 1 else ""
    return f"Acteur{s} reconnu{s} : {', '.join(known)}." if known else ""


def _links(reading, recap):
    known = {each.url for each in recap.links.all()} | {recap.replay_url} if recap else set()
    has_replay = bool(recap and recap.replay_url)
    return [
        row(
            reading,
            each,
            already=each.url in known,
            title=each.title,
            url=each.url,
            is_replay=each.is_replay and not has_replay,
        )
        for each in reading.links
    ]


def _next(reading, event):
    following = reading.next_event
    if following is None or event.next_event_id:
        return []
    reference = reading.published_on or (reading.dates or [""])[0]
    start, end = find_times(following.wording)
    return [
        row(
            reading,
            following,
            title=f"Suite de « {event.title} »"[:200],
            start=date_input(following.date, with_year(following.date, reference, is_before=False)),
            start_time=start,
            end_time=end,
            venue=following.place[:200],
            summary=Truncator(following.wording).chars(600),
        )
    ]
