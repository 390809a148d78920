"""What happened in a territory, told in the order of time: its meetings and stages."""

from dataclasses import dataclass, field
from itertools import groupby

from coopemploi.dates import PartialDate


@dataclass
class Moment:
    """A meeting, or the stage that some projects reached together."""

    date: PartialDate
    event: object = None
    stage: str = ""
    actors: list = field(default_factory=list)
    presences: list = field(default_factory=list)
    is_coming: bool = False


def chronicle(*, upcoming, past, attendances, changes):
    """Moments from what comes to what is over, the undated last."""
    moments = {event.pk: Moment(event.start, event, is_coming=True) for event in upcoming}
    moments |= {event.pk: Moment(event.start, event) for event in past}
    for attendance in attendances:
        event = attendance.event
        moment = moments.setdefault(event.pk, Moment(event.start, event))
        moment.presences.append(attendance)
    told = [*moments.values(), *stages_of(changes)]
    return sorted(told, key=lambda moment: str(moment.date.latest or ""), reverse=True)


def stages_of(changes):
    """The stages that projects reached: one moment for those of the same day."""
    return [
        Moment(date, stage=stage, actors=[change.actor for change in together])
        for (date, stage), together in groupby(
            sorted(changes, key=lambda change: (str(change.since.latest or ""), change.stage)),
            key=lambda change: (change.since, change.get_stage_display()),
        )
    ]
