"""Whom a reading names: who held the meeting, who spoke, what they said, who came."""

import re

from django.utils.text import Truncator

from coopemploi.search.text import normalise
from events.models import Appearance, Attendance
from events.reading.people import CONTACT

from .forms import NEW
from .rows import row

ONE_CONTACT = "Un compte rendu n'a qu'un contact, et il y en a déjà un : à vous de choisir."
AN_ACTOR = "C'est le nom d'un acteur, non d'une personne."
_ATTENDANCE = re.compile(
    r"(?:étaient )?(?:présente?s?|(?P<excused>excusée?s?|absente?s?)|participants|là)\b", re.I
)
ONLY_THERE = "Nommé parmi les présents ou les excusés : cochez pour noter sa présence."


def parties(reading, event, names):
    known = {
        (each.role, name)
        for each in event.parties.select_related("actor")
        for name in (each.actor_id, normalise(each.label))
    }
    rows = []
    for each in reading.parties:
        found = names.actor(each.name)
        actor = found.match.pk if found.match else ""
        already = {(each.role, actor), (each.role, normalise(each.name))} & known
        rows.append(
            row(
                reading,
                each,
                already=bool(already),
                role=each.role,
                label=each.name,
                actor=actor,
            )
        )
    return rows


def people(reading, names, noted):
    rows, has_contact = [], bool(noted.contact)
    for each in reading.people:
        said = _person(reading, each, names, noted, has_contact=has_contact)
        has_contact |= said["keep"] and said["role"] == CONTACT
        rows.append(said)
    return rows


def _person(reading, each, names, noted, *, has_contact):
    found, actor = names.person(each.name), names.actor(each.actor)
    key = found.match.pk if found.match else "" if found.candidates else NEW
    title = each.title
    if each.actor and each.actor not in title and not actor.match:
        title = ", ".join(part for part in (title, each.actor) if part)
    first, _, last = each.name.partition(" ")
    attended = _attended(reading, each)
    note = _why_not(each, names, attended, has_contact=has_contact)
    return row(
        reading,
        each,
        already=noted.has_person(each, key, attended),
        # A contact is written to under a function.
        keep=not note and (each.role != CONTACT or bool(title)),
        note=note,
        first_name=first,
        last_name=last,
        person=key if key != NEW or names.may_add_people else "",
        role=each.role or attended or Appearance.Role.SPEAKER,
        title=Truncator(title).chars(200),
        topic="" if attended or each.role == CONTACT else each.topic,
        organisation=each.actor[:300],
        actor=actor.match.pk if actor.match else "",
    )


def _attended(reading, person):
    """How somebody attended who stands in a list of those present or excused, and said nothing."""
    line = reading.text[reading.text.rfind("\n", 0, person.start) + 1 : person.start]
    if person.role or not (said := _ATTENDANCE.match(line)):
        return ""
    status = Attendance.Status
    return status.EXCUSED if said["excused"] else status.PRESENT


def _why_not(person, names, attended, *, has_contact):
    """Why somebody is not to be ticked, or ""."""
    if _is_actor(person.name, names):
        return AN_ACTOR
    if attended:
        return ONLY_THERE
    return ONE_CONTACT if person.role == CONTACT and has_contact else ""


def _is_actor(name, names):
    """Whether an actor is called so, and nobody."""
    person, actor = names.person(name), names.actor(name)
    return not person.match and not person.candidates and bool(actor.match)


def quotes(reading, recap, names):
    known = {normalise(each.text) for each in recap.verbatims.all()} if recap else set()
    named = {each.name for each in reading.people if not _is_actor(each.name, names)}
    return [
        row(
            reading,
            each,
            already=normalise(each.text) in known,
            text=each.text,
            author=each.author if each.author in named else "",
            title="" if each.author in named else each.author[:200],
            idea=reading.heading_of(each)[:400],
            fidelity="faithful",
        )
        for each in reading.quotes
    ]


def territories(reading, names, noted):
    rows = []
    for each in reading.territories:
        match = names.territory(each.name).match
        rows.append(
            row(
                reading,
                each,
                # A territory that is only named may not have been there.
                keep=bool(match and (each.stage or each.was_there)),
                already=bool(match and noted.has_territory(match.pk, each.stage)),
                wording=each.name[:150],
                territory=match.pk if match else "",
                stage=each.stage,
            )
        )
    return rows
