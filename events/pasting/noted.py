"""What the records of a meeting say already, which a proposal would double or replace."""

from coopemploi.search.text import normalise
from events.models import Attendance
from events.reading.people import CONTACT

# Who was to come may have come, or not.
EXPECTED = (Attendance.Status.INVITED, Attendance.Status.REGISTERED)


class Noted:
    """`meeting` are the names of the fields of the meeting that are filled."""

    def __init__(self, event):
        recap = getattr(event, "recap", None)
        contact = recap.contact if recap else None
        self.people = appearances_of(event)
        self.obstacles = {each.pk for each in event.obstacles.all()}
        self.contact = str(contact) if contact else ""
        self._contact_key = contact.person_id if contact else None
        self.next_event = str(event.next_event) if event.next_event else ""
        self.meeting = {name for name in ("venue", "topic") if getattr(event, name)}
        if recap and recap.standfirst:
            self.meeting.add("standfirst")
        if event.start or event.end:
            self.meeting |= {"start", "end", "start_time", "end_time"}
        attendances = event.attendances.exclude(status__in=EXPECTED)
        self._people = {each.person_id for each in attendances}
        self._stages = {each.territory_id: each.stage for each in attendances}

    def has_person(self, read, key, attended):
        """Whether somebody read in a text, perhaps the person of `key`, is noted as it says."""
        if read.role == CONTACT:
            return key == self._contact_key
        spoke = self.people.get(normalise(read.name))
        if spoke:
            return bool(spoke.topic or not read.topic)
        return bool(attended and key in self._people)

    def has_territory(self, key, stage):
        """Whether a territory is noted as having been there, at a stage if one is said."""
        return key in self._stages and bool(self._stages[key] or not stage)


def appearances_of(event):
    """{normalised name: Appearance} of those who spoke at a meeting."""
    noted = event.appearances.select_related("person").prefetch_related("actors")
    return {normalise(each.person.full_name): each for each in noted}
