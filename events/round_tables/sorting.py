"""What became of what was said: an initiative, a need, an offer, or a challenge that stays one."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction

from coopemploi.permissions import editing_rule
from coopemploi.search.text import normalise
from events.models import RoundTableItem
from initiatives.models import Initiative, Involvement, Need, Offer

from .services import locked_items

Column, Outcome = RoundTableItem.Column, RoundTableItem.Outcome
Kind = Need.Kind

# What an item usually becomes, by its column.
USUAL = {
    Column.DEMARCHE: Outcome.INITIATIVE,
    Column.CHALLENGE: Outcome.CHALLENGE,
    Column.NEED: Outcome.NEED,
    Column.OFFER: Outcome.OFFER,
}
RECORDS = {Outcome.INITIATIVE: Initiative, Outcome.NEED: Need, Outcome.OFFER: Offer}
LONGEST_TITLE, LONGEST_TEXT, LONGEST_SUMMARY = 200, 300, 600

_KINDS = (
    (Kind.RECRUITMENT, r"recrut\w*|stagiaires?|stages?|service civique|embauch\w*|alternants?"),
    (Kind.FUNDING, r"financ\w*|subvention\w*|budget|aides? de|reglements?|fonds"),
    (
        Kind.TOOL,
        r"outils?|logiciels?|plateformes?|plate forme|repertoires?|tableaux? de bord|local",
    ),
    (Kind.FEEDBACK, r"exemples?|retours?|experiences?|temoignages?|pratiques"),
    (Kind.CONTACT, r"contacts?|mettre en lien|mise en relation|liens?|reseaux?|partenaires?"),
    (Kind.METHOD, r"methodes?|methodologie|comment|demarche|accompagnement|modelisation"),
)


class OutOfReachError(Exception):
    """A record would be out of the perimeter of who sorts."""


def kind_of(text):
    words = normalise(text)
    for kind, pattern in _KINDS:
        if re.search(rf"\b(?:{pattern})\b", words):
            return kind
    return Kind.KNOWLEDGE


def sort_items(*, items, outcome, user, together=False):
    """Say what items become; outcome None: what their column says. Return what was not done.

    Records are drafts. `together`: the items make one record, not one each. An item that
    already became such a record stays with it.
    """
    refused, shared = [], None
    for item in items:
        try:
            with transaction.atomic():
                item = locked_items().get(pk=item.pk)
                wanted = outcome or USUAL[item.column]
                record = _sort(item, wanted, user, shared)
                if together and wanted in RECORDS:
                    shared = record
        except RoundTableItem.DoesNotExist:
            refused.append(f"« {item} » : il a été retiré entre-temps.")
        except OutOfReachError:
            refused.append(f"« {item} » : sa fiche serait hors de votre périmètre.")
        except ValidationError as error:
            refused.append(f"« {item} » : {' '.join(error.messages)}")
    return refused


def _sort(item, outcome, user, shared):
    """Give an item its outcome; return the record it became, if any."""
    name = outcome.value if outcome in RECORDS else ""
    if name and getattr(item, f"{name}_id") and item.outcome == outcome:
        return getattr(item, name)
    record = None
    if name:
        record = shared or _record(item, outcome, user)
        if shared:
            _add_to(shared, item)
    item.initiative = item.need = item.offer = None
    if name:
        setattr(item, name, record)
    item.outcome = outcome
    item.save()
    return record


def _record(item, outcome, user):
    make = _initiative if outcome == Outcome.INITIATIVE else _exchange
    record = make(item, RECORDS[outcome], user)
    editable = editing_rule().editable(type(record).objects.filter(pk=record.pk), user)
    if not editable.exists():
        raise OutOfReachError
    return record


def _initiative(item, model, user):
    entry = item.entry
    text = _sentence(item.text)
    record = model(
        title=_shortened(text, LONGEST_TITLE),
        summary=text if LONGEST_TITLE < len(text) <= LONGEST_SUMMARY else "",
        body=text if len(text) > LONGEST_SUMMARY else "",
        source=entry.event.source,
        created_by=user,
    )
    record.full_clean()
    record.save()
    if entry.territory:
        record.territories.add(entry.territory)
    if entry.actor:
        Involvement.objects.create(
            initiative=record, actor=entry.actor, role=Involvement.Role.CARRIER, order=1
        )
    return record


def _exchange(item, model, user):
    entry = item.entry
    text = _sentence(item.text)
    people = list(entry.people.all()[:2])
    record = model(
        text=_shortened(text, LONGEST_TEXT),
        details=text if len(text) > LONGEST_TEXT else "",
        kind=kind_of(text),
        actor=entry.actor,
        person=people[0] if len(people) == 1 else None,
        stated_on=entry.event.start,
        source=entry.event.source,
        created_by=user,
    )
    record.full_clean()
    record.save()
    # An actor that a tour de table made acts nowhere yet: what it seeks would be found nowhere.
    if entry.territory and not (entry.actor and _has_place(entry.actor)):
        record.territories.add(entry.territory)
    return record


def _has_place(actor):
    return bool(actor.governs_id) or actor.territories.exists()


def _add_to(record, item):
    """Say in a record what one more item says."""
    text = _sentence(item.text)
    if isinstance(record, Initiative):
        record.body = "\n".join(filter(None, [record.body, f"- {text}"]))
    else:
        record.details = "\n".join(filter(None, [record.details, text]))
    record.save()


def _sentence(text):
    text = text.strip()
    return text[:1].upper() + text[1:]


def _shortened(text, longest):
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
