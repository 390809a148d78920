"""What is kept of a pasted text, written at once."""

from django.db import transaction
from django.db.models import Max

from coopemploi.history.tracking import operation, records_of
from coopemploi.search.text import normalise
from coopemploi.sources.models import Source
from events.models import (
    Action,
    ActionParty,
    Appearance,
    Attendance,
    EvaluationResult,
    Event,
    EventActor,
    EventFigure,
    KeyIdea,
    Objective,
    Recap,
    RecapLink,
    RecapSection,
    Session,
    Verbatim,
)
from events.reading.people import CONTACT
from territories.models import Person, Position

from .forms import ATTENDED, NEW
from .noted import EXPECTED, appearances_of


def is_written(once):
    """Whether what the page that drew this key proposed was written before."""
    return bool(once) and records_of(Source).versions.objects.filter(operation=once).exists()


@transaction.atomic
def write_recap(*, event, user, source, kept, names):
    """Write the proposals kept, by kind, and the Source of their text; return the Recap.

    The event is locked, and what is kept was judged since. `names` are the `KnownNames` by which
    whoever carries an action is recognised. Drafts are what is published by itself: a recap,
    actions, the next event.
    """
    with operation(key=source["once"]):
        return _write(event, user, source, kept, names)


def _write(event, user, source, kept, names):
    source = Source.objects.create(
        title=source["title"],
        url=source["url"],
        published_on=source["published_on"],
        raw_text=source["text"],
    )
    recap = Recap.objects.filter(event=event).first() or Recap(event=event, created_by=user)
    recap.source = recap.source or source
    _write_meeting(event, recap, kept["meeting"])
    recap.save()
    _write_objectives(event, kept["objectives"])
    _write_parties(event, kept["parties"])
    people = _write_people(event, recap, source, kept["people"])
    _write_figures(event, source, kept["figures"])
    _write_results(event, source, kept["results"])
    _write_quotes(recap, people, kept["quotes"])
    event.obstacles.add(*(row["obstacle"] for row in kept["obstacles"]))
    _write_territories(event, kept["territories"])
    _write_sessions(event, kept["sessions"])
    _write_sections(recap, kept["sections"])
    _write_actions(event, user, source, kept["actions"], names)
    _write_links(recap, kept["links"])
    _write_next(event, user, source, kept["next"])
    return recap


def _numbered(rows, queryset):
    last = queryset.aggregate(last=Max("order"))["last"] or 0
    return enumerate(rows, start=last + 1)


_OF_THE_EVENT = ("topic", "start", "end", "start_time", "end_time", "venue")


def _write_meeting(event, recap, rows):
    for row in rows:
        for name, said in row.items():
            if said and name in _OF_THE_EVENT:
                setattr(event, name, said)
        recap.standfirst = row.get("standfirst") or recap.standfirst
        event.save()


def _write_objectives(event, rows):
    """A criterion is that of the objective before it."""
    parent = None
    for number, row in _numbered(rows, event.objectives.all()):
        is_criterion = row["kind"] == Objective.Kind.CRITERION
        written = Objective.objects.create(
            event=event,
            kind=row["kind"],
            text=row["text"],
            parent=parent if is_criterion else None,
            order=number,
        )
        parent = parent if is_criterion else written


def _write_parties(event, rows):
    for number, row in _numbered(rows, event.parties.all()):
        who = {"actor_id": row["actor"]} if row["actor"] else {"label": row["label"]}
        EventActor.objects.create(event=event, role=row["role"], order=number, **who)


def _write_people(event, recap, source, rows):
    """Those noted, and those of the rows; who spoke already is not noted twice."""
    noted = appearances_of(event)
    said = {name: (each.person, each.title, _actor_of(each)) for name, each in noted.items()}
    spoke = {each.person_id: each for each in event.appearances.all()}
    for number, row in _numbered(rows, event.appearances.all()):
        first, last = row["first_name"], row["last_name"]
        if row["person"] == NEW:
            person = Person.objects.create(first_name=first, last_name=last, source=source)
        else:
            person = Person.objects.get(pk=row["person"])
        actor = row["actor"] or None
        said[normalise(f"{first} {last}").strip()] = (person, row["title"], actor)
        if row["role"] == CONTACT:
            _write_contact(recap, person, row, source)
            continue
        if row["role"] in ATTENDED:
            _write_attendance(event, person, actor, row["role"], number)
            continue
        if person.pk in spoke:
            _add_topic(spoke[person.pk], row["topic"])
            continue
        names = ("role", "title", "topic")
        appearance = spoke[person.pk] = Appearance.objects.create(
            event=event, person=person, order=number, **{name: row[name] for name in names}
        )
        if actor:
            appearance.actors.add(actor)
    return said


def _actor_of(appearance):
    return next((actor.pk for actor in appearance.actors.all()), None)


def _add_topic(appearance, topic):
    if topic and not appearance.topic:
        appearance.topic = topic
        appearance.save()


def _write_attendance(event, person, actor, status, number):
    attendance, is_new = Attendance.objects.get_or_create(
        event=event,
        person=person,
        defaults={"actor_id": actor, "status": status, "order": number},
    )
    if not is_new:
        _note_came(attendance, status)


def _note_came(attendance, status):
    """Who was only expected came, or not; what is noted of others stays."""
    if attendance.status in EXPECTED:
        attendance.status = status
    attendance.save()


def _write_contact(recap, person, row, source):
    """Whom a recap tells to write to, under a function that they have or take."""
    says = {"title": row["title"], "actor_id": row["actor"] or None}
    held = person.positions.filter(**says).first()
    recap.contact = held or Position.objects.create(person=person, source=source, **says)
    recap.save()


_COUNTED = ("value", "unit", "qualifier", "label", "wording")


def _write_figures(event, source, rows):
    for number, row in _numbered(rows, event.figures.all()):
        EventFigure.objects.create(
            event=event, source=source, order=number, **{name: row[name] for name in _COUNTED}
        )


def _write_results(event, source, rows):
    for number, row in _numbered(rows, event.evaluation_results.all()):
        EvaluationResult.objects.create(
            event=event,
            source=source,
            order=number,
            **{name: row[name] for name in (*_COUNTED, "base", "base_label")},
        )


def _write_quotes(recap, people, rows):
    ideas = {normalise(idea.text): idea for idea in recap.key_ideas.all()}
    last = max((idea.order for idea in ideas.values()), default=0)
    for number, row in _numbered(rows, recap.verbatims.all()):
        key = normalise(row["idea"])
        if key and key not in ideas:
            last += 1
            ideas[key] = KeyIdea.objects.create(recap=recap, text=row["idea"], order=last)
        author = normalise(row["author"]).strip()
        person, title, actor = people.get(author, (None, row["title"], None))
        Verbatim.objects.create(
            recap=recap,
            key_idea=ideas.get(key),
            text=row["text"],
            fidelity=row["fidelity"],
            person=person,
            title=title,
            actor_id=actor,
            order=number,
        )


def _write_territories(event, rows):
    noted = {each.territory_id: each for each in event.attendances.filter(actor=None, person=None)}
    for number, row in _numbered(rows, event.attendances.all()):
        pk = int(row["territory"])
        if pk in noted:
            attendance = noted[pk]
            attendance.stage = attendance.stage or row["stage"]
            _note_came(attendance, Attendance.Status.PRESENT)
            continue
        noted[pk] = Attendance.objects.create(
            event=event,
            territory_id=pk,
            stage=row["stage"],
            wording=row["wording"],
            order=number,
        )


def _write_sessions(event, rows):
    for number, row in _numbered(rows, event.sessions.all()):
        Session.objects.create(
            event=event,
            order=number,
            **{name: row[name] for name in ("kind", "title", "question", "outcome")},
        )


def _write_sections(recap, rows):
    for number, row in _numbered(rows, recap.sections.all()):
        RecapSection.objects.create(recap=recap, title=row["title"], body=row["body"], order=number)


def _write_actions(event, user, source, rows, names):
    sessions = {normalise(each.title): each for each in event.sessions.all()}
    for row in rows:
        action = Action.objects.create(
            event=event,
            session=sessions.get(normalise(row["session"])),
            title=row["title"],
            reason=row["reason"],
            due=row["due"],
            source=source,
            created_by=user,
        )
        action.territories.set(event.territories.all())
        parties = {}  # each once, though it has two names
        for role in ActionParty.Role:
            named = row["carriers"] if role == ActionParty.Role.CARRIER else row["involved"]
            for name in named:
                actor = names.actor(name).match
                who = {"actor": actor} if actor else {"label": name}
                parties.setdefault(actor or name, {**who, "role": role})
        for number, who in enumerate(parties.values(), start=1):
            ActionParty.objects.create(action=action, order=number, **who)


def _write_links(recap, rows):
    for number, row in _numbered(rows, recap.links.all()):
        if row["is_replay"] and not recap.replay_url:
            recap.replay_url = row["url"]
            recap.save()
        else:
            RecapLink.objects.create(recap=recap, title=row["title"], url=row["url"], order=number)


def _write_next(event, user, source, rows):
    for row in rows:
        following = Event.objects.create(
            kind=event.kind,
            title=row["title"],
            **{name: row[name] for name in ("start", "start_time", "end_time", "venue", "summary")},
            network=event.network,
            series=event.series,
            source=source,
            created_by=user,
        )
        following.territories.set(event.territories.all())
        event.next_event = following
        event.save()
