"""What a row says, as it is reviewed: plain values, with what each name may mean.

{"label", "note", "lines", "doubts", "people": [{"name", "title", "choice", "options"}],
 "actor": {"name", "kind", "choice", "options"}, "territory": {"name", "choice", "options"},
 "items": [{"column", "text", "horizon"}]}

A choice is the key of a record, NEW, NONE, or UNDECIDED; an option is [key, label, reason].
A new person or actor that was written has "made", the key of its record.
"""

import re

from coopemploi.search.text import normalise
from events.models import RoundTableItem
from territories.models import Actor, Person, Territory
from territories.party_reconciliation import ActorReconciler, PersonReconciler
from territories.reconciliation import Reconciler
from territories.reconciliation.resolution import MOST_CANDIDATES, SAME_NAME

from ..reading.lexicon import is_first_name
from .columns import CHALLENGES, DEMARCHES, NEEDS, OFFERS
from .nearby import Nearby

NEW, NONE, UNDECIDED = "new", "none", ""
Column = RoundTableItem.Column
COLUMNS = {
    DEMARCHES: Column.DEMARCHE,
    CHALLENGES: Column.CHALLENGE,
    NEEDS: Column.NEED,
    OFFERS: Column.OFFER,
}
LONGEST_NAME, LONGEST_NOTE = 200, 300

Kind = Actor.Kind
_KINDS = (
    (Kind.PETR, r"petr|pole d equilibre"),
    (Kind.EPCI, r"cc|ca|cu|cdc|cda|com ?com|communaute|agglo\w*|metropole|epci|grand"),
    (Kind.PLIE, r"plie"),
    (Kind.EMPLOYMENT_HOUSE, r"maison de l emploi|mde\w?"),
    (Kind.MISSION_LOCALE, r"mission locale|ml"),
    (Kind.FRANCE_TRAVAIL, r"france travail|pole emploi"),
    (Kind.EBE, r"ebe|entreprise a but d emploi"),
    (Kind.TZCLD, r"tzcld|territoire zero chomeur"),
    (Kind.THIRD_PLACE, r"tiers lieu"),
    (Kind.BUSINESS_CLUB, r"clubs? d entreprises"),
    (Kind.STATE_SERVICE, r"prefecture|ddets\w*|dreets|direccte|rectorat"),
    (Kind.CHAMBER, r"cci|cma|chambre"),
    (Kind.GIP, r"gip"),
    (Kind.COOPERATIVE, r"scic|scop|cae|cooperative"),
    (Kind.UNIVERSITY, r"universite|campus"),
    (Kind.FOUNDATION, r"fondation"),
    (Kind.MIXED_SYNDICATE, r"syndicat"),
    (Kind.COMMUNE, r"commune|ville|mairie"),
    (Kind.DEPARTEMENT, r"departement|conseil departemental"),
    (Kind.REGION, r"region|conseil regional"),
    (Kind.ASSOCIATION, r"association"),
    (Kind.TRAINING, r"afpa|greta|centre de formation|organisme de formation"),
)

# Of which a territory has many: the words « Association » or « Centre » tell none.
VAGUE_KINDS = {Kind.OTHER, Kind.ASSOCIATION, Kind.COMPANY, Kind.TRAINING, Kind.COOPERATIVE}
# Of which a territory has one: of the others, « Chambre » or « Fondation », it may be another.
SINGLE_KINDS = {
    Kind.EPCI,
    Kind.COMMUNE,
    Kind.DEPARTEMENT,
    Kind.REGION,
    Kind.MISSION_LOCALE,
    Kind.FRANCE_TRAVAIL,
    Kind.PLIE,
    Kind.EMPLOYMENT_HOUSE,
}


def data_of(contribution):
    """A Contribution that was read, as a draft's data without choices."""
    return {
        "label": contribution.label,
        "note": contribution.note[:LONGEST_NOTE],
        "lines": contribution.lines,
        "doubts": contribution.doubts,
        "people": [
            {"name": each.name[:LONGEST_NAME], "title": each.title[:LONGEST_NAME]}
            for each in contribution.people
        ],
        "actor": {"name": contribution.actor[:LONGEST_NAME]},
        "territory": {"name": contribution.territory[:LONGEST_NAME]},
        "items": [
            {"column": COLUMNS[name], "text": item.text, "horizon": item.horizon}
            for name, items in contribution.items.items()
            for item in items
        ],
    }


def empty_data():
    return {
        "label": "",
        "note": "",
        "lines": [],
        "doubts": [],
        "people": [],
        "actor": {"name": ""},
        "territory": {"name": ""},
        "items": [],
    }


def said_in(data):
    """What a participant's form shows of a draft, and sends."""
    return {
        "people": [[part["name"], part["title"]] for part in data["people"][:1]],
        **{part: data[part]["name"] for part in ("actor", "territory")},
        "items": data["items"],
    }


def undecided(data):
    """What somebody still has to choose, in words."""
    found = [part["name"] for part in data["people"] if part["choice"] == UNDECIDED]
    found += [
        data[part]["name"] for part in ("actor", "territory") if data[part]["choice"] == UNDECIDED
    ]
    return found


def keep_made(data, people, actors):
    """Have names mean the records they made, of those {key: record} that were kept."""
    parts = [*((part, people) for part in data["people"]), (data["actor"], actors)]
    for part, kept in parts:
        if record := kept.get(part.pop("made", None)):
            part["choice"] = str(record.pk)
            part["options"].insert(0, [part["choice"], _label(record), "gardée"])


def is_empty(data):
    return not (data["people"] or data["items"] or data["actor"]["name"] or data["label"])


def kind_of(name):
    """The kind of actor that a name says, "autre" when it says none."""
    words = normalise(name)
    for kind, pattern in _KINDS:
        if re.match(rf"(?:le |la |l |les )?(?:{pattern})\b", words):
            return kind
    found = [kind for kind, pattern in _KINDS if re.search(rf"\b(?:{pattern})\b", words)]
    return found[0] if found else Kind.OTHER


def names_of(name):
    """(first name, last name) of « Marie Claire Dubois », « Mme Dubois »."""
    words = re.sub(r"^(?:M\.|Mr|Mmes?|Mlle|Monsieur|Madame|Dr)\s+", "", name.strip()).split()
    if len(words) < 2:
        return ("", words[0] if words else "")
    size = 2 if len(words) > 2 and is_first_name(words[0]) and is_first_name(words[1]) else 1
    return " ".join(words[:size]), " ".join(words[size:])


class Settler:
    """Says which records the names of drafts may mean, among those that `user` may see."""

    def __init__(self, user, *, sees_people, event=None):
        self._actors = ActorReconciler(Actor.objects.visible_to(user))
        people = Person.objects.all() if sees_people else Person.objects.none()
        self._people = PersonReconciler(people)
        self._territories = Reconciler.shared()
        self._nearby = Nearby(user, event)

    def settle(self, data):
        """Give each name its options and its choice, unless it already has them."""
        is_new = "choice" not in data["territory"]
        if is_new:
            self._settle_territory(data["territory"])
        actor = self._settle_actor(data["actor"], data["territory"]["choice"])
        if is_new and actor and actor.governs:
            _prefer_governed(data["territory"], actor.governs)
        for person in data["people"]:
            if "choice" not in person:
                found = self._people.resolve(person["name"], actor)
                # A homonym, as long as their organisation is not one that is known.
                is_elsewhere = actor is None and bool(data["actor"]["name"])
                self._decide(person, found, otherwise=NEW, is_sure=not is_elsewhere)
        return data

    def _settle_actor(self, part, place):
        if "choice" not in part:
            found = self._actors.resolve(part["name"]) if part["name"] else None
            self._decide(part, found, otherwise=NEW if part["name"] else NONE)
            part["kind"] = kind_of(part["name"])
            if found and not found.match:
                self._prefer_actor_of_here(part, found, int(place) if place.isdigit() else None)
        if part["choice"].isdigit():
            return Actor.objects.select_related("governs").filter(pk=part["choice"]).first()
        return None

    def _prefer_actor_of_here(self, part, found, place):
        """The one homonym of here; or that of « Mission locale », which says its kind alone."""
        places = self._nearby.actor_places
        same = _of_same_name(found)
        longer = [] if same or part["kind"] in VAGUE_KINDS else self._actors.longer(part["name"])
        actors = same or [actor for actor in longer if actor.kind == part["kind"]]
        if only := self._nearby.only({actor.pk: places[actor.pk] for actor in actors}, place):
            key, where = only
            actor = next(actor for actor in actors if actor.pk == key)
            # A row of a wider territory, or of none, may speak for one that is not known.
            is_at_home = actor.kind in SINGLE_KINDS and self._nearby.acts_all_over(actor, place)
            is_sure = bool(same) or is_at_home
            _prefer(part, actor, SAME_NAME if same else "nom plus long", where, is_sure=is_sure)

    def _settle_territory(self, part):
        found = self._territories.resolve(part["name"]) if part["name"] else None
        self._decide(part, found, otherwise=NONE)
        same = _of_same_name(found) if found and not found.match else []
        if only := self._nearby.only({each.pk: {each.pk} for each in same}):
            key, where = only
            _prefer(part, next(each for each in same if each.pk == key), SAME_NAME, where)

    def _decide(self, part, resolution, otherwise, is_sure=True):
        candidates = resolution.candidates if resolution else []
        part["options"] = [
            [str(each.record.pk), _label(each.record), each.reason] for each in candidates
        ]
        if resolution and resolution.match and is_sure:
            part["choice"] = str(resolution.match.pk)
        else:
            part["choice"] = UNDECIDED if candidates else otherwise


def _of_same_name(resolution):
    """The homonyms that a name means, none when others were left out."""
    candidates = resolution.candidates
    if len(candidates) == MOST_CANDIDATES:
        return []
    return [each.record for each in candidates if each.reason == SAME_NAME]


def _prefer(part, record, reason, where, is_sure=True):
    """Put first, and choose if it is sure, the only record of here."""
    key = str(record.pk)
    others = [option for option in part["options"] if option[0] != key]
    part["options"] = [[key, _label(record), f"{reason}, seule fiche {where}"], *others]
    part["choice"] = key if is_sure else UNDECIDED


def _prefer_governed(part, territory):
    """What the actor administers, when nothing else was recognised."""
    key = str(territory.pk)
    if part["choice"].isdigit():
        return
    if key in [option[0] for option in part["options"]]:
        part["choice"] = key
    elif part["choice"] == NONE:
        part["options"].insert(0, [key, _label(territory), "administré par l'acteur"])
        part["choice"] = key


def _label(record):
    if isinstance(record, Territory):
        code = f" {record.code}" if record.code else ""
        return f"{record.name} ({record.get_kind_display()}{code})"
    if isinstance(record, Actor):
        return f"{record.name} ({record.get_kind_display()})"
    return str(record)
