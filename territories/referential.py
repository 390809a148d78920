"""The official territories, loaded from their files.

Everything is read and checked first, compared with what is stored, and only the
differences are written. What people wrote stays: aliases, descriptions, compositions
and territories of their own, the dates from which territories exist.
"""

import datetime
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from coopemploi.bulk import insert, insert_rows
from coopemploi.dates import PartialDate
from coopemploi.derived import registry

from .models import Composition, FormerCode, Territory
from .official_files import DATA, Official, OfficialFiles, ReferentialError

VINTAGE = 2026

Kind = Territory.Kind
BATCH = 2000
FEW = 500  # changes, when refreshing derived tables beats rebuilding them


@dataclass
class Changes:
    """What a loading creates, changes and ends."""

    created: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    confirmed: list = field(default_factory=list)  # same as before, of an older vintage
    links_created: list = field(default_factory=list)  # (part, whole) pairs of keys
    links_removed: list = field(default_factory=list)
    codes_created: list = field(default_factory=list)  # (FormerCode, commune key) pairs
    codes_changed: list = field(default_factory=list)

    @property
    def count(self):
        return sum(len(records) for records in vars(self).values())


@transaction.atomic
def load(directory=DATA, *, vintage=VINTAGE, dry_run=False, progress=None):
    """Load the official territories; return the Changes, only planned when `dry_run`.

    `progress(total)`, when given, returns a function to call with each number of
    records just written. Raise ReferentialError when a file is wrong.
    """
    latest = Territory.objects.aggregate(latest=Max("vintage"))["latest"]
    if latest and vintage < latest:
        raise ReferentialError(
            f"Le millésime {latest} est déjà chargé ; {vintage} est plus ancien."
        )
    referential = OfficialFiles(directory)
    changes, territories = _plan_territories(referential, vintage)
    _plan_links(referential, territories, changes)
    _plan_former_codes(referential, territories, changes)
    if not dry_run:
        _write(changes, vintage, progress or _in_silence)
    return changes


def _in_silence(total):
    return lambda written: None


def _plan_territories(referential, vintage):
    changes = Changes()
    territories, slugs = {}, {}
    for territory in Territory.objects.order_by():
        slugs[territory.kind, territory.slug] = territory
        if territory.code:
            territories[territory.kind, territory.code] = territory
    for key, official in referential.territories.items():
        territory = territories.get(key)
        if territory is None:
            kind, code = key
            if other := slugs.get((kind, code.lower())):
                raise ReferentialError(
                    f"La référence « {other.reference} » est celle de « {other} », qui n'a pas "
                    f"de code officiel : donnez-lui le code {code}, ou une autre référence."
                )
            territories[key] = territory = Territory(
                kind=kind, code=code, slug=code.lower(), vintage=vintage, **vars(official)
            )
            changes.created.append(territory)
        elif _update(territory, official, vintage):
            changes.changed.append(territory)
        elif territory.vintage != vintage:
            changes.confirmed.append(territory)
    for key, territory in territories.items():
        official = territory.vintage is not None and not territory.valid_until
        if official and key not in referential.territories:
            territory.valid_until = PartialDate.day(datetime.date(vintage - 1, 12, 31))
            changes.ended.append(territory)
    return changes, territories


def _update(territory, official, vintage):
    """Bring a stored territory to what the files say; tell whether it changed."""
    before = {name: getattr(territory, name) for name in (*Official.FIELDS, "valid_until")}
    if territory.vintage is None and territory.name != official.name:
        # Somebody described it before it was official: their name still finds it.
        territory.aliases = [*territory.aliases, territory.name]
    for name in Official.FIELDS:
        setattr(territory, name, getattr(official, name))
    until = territory.valid_until.latest
    if until and until < datetime.date(vintage, 1, 1):
        territory.valid_until = PartialDate()  # a commune restored
    return any(getattr(territory, name) != value for name, value in before.items())


def _plan_links(referential, territories, changes):
    keys = {territory.pk: key for key, territory in territories.items() if territory.pk}
    stored = {}
    for link in Composition.objects.order_by().only("part", "whole", "is_official"):
        # People's own links, when one end has no code, are of no concern here.
        if link.part_id in keys and link.whole_id in keys:
            stored[keys[link.part_id], keys[link.whole_id]] = link
    wanted = referential.links | _links_of_the_gone(referential, territories, stored)
    changes.links_created += wanted - stored.keys()
    changes.links_removed += [
        link for pair, link in stored.items() if link.is_official and pair not in wanted
    ]


def _links_of_the_gone(referential, territories, stored):
    """Where the territories which disappeared still lie: a merged commune in the one
    that took it over, another in the wholes that remain."""
    successors = {code: commune for (code, _), (_, commune) in referential.former_codes.items()}
    links = set()
    gone = territories.keys() - referential.territories.keys()
    for key in gone:
        kind, code = key
        if kind == Kind.COMMUNE and code in successors and territories[key].vintage:
            links.add((key, successors[code]))
    taken_over = {part for part, _ in links}
    for part, whole in stored:
        if part in gone and part not in taken_over and whole in referential.territories:
            links.add((part, whole))
    return links


def _plan_former_codes(referential, territories, changes):
    stored = {(former.code, former.kind): former for former in FormerCode.objects.order_by()}
    for key, (name, commune) in referential.former_codes.items():
        territory = territories[commune]
        former = stored.get(key)
        if former is None:
            code, kind = key
            former = FormerCode(code=code, kind=kind, name=name)
            changes.codes_created.append((former, commune))
        elif (former.name, former.territory_id) != (name, territory.pk):
            former.name, former.territory = name, territory
            changes.codes_changed.append(former)


def _write(changes, vintage, progress):
    """Write the changes, and bring derived tables up to date in the same transaction."""
    many = changes.count > FEW
    with registry.rebuilding() if many else nullcontext():
        _write_records(changes, vintage, progress(changes.count))
    registry.flush()


def _write_records(changes, vintage, advance):
    updated = [*changes.changed, *changes.ended]
    registry.notify(updated)  # as they were
    _write_territories(changes, vintage, advance)
    pks = _know_keys(changes.created)
    links = [(pks[part], pks[whole]) for part, whole in changes.links_created]
    _write_links(changes.links_removed, links, advance)
    _write_codes(changes, pks, advance)
    # Past FEW, derived tables are rebuilt, whatever is notified.
    new_links = [Composition(part_id=part, whole_id=whole) for part, whole in links[:FEW]]
    registry.notify([*changes.created, *updated, *new_links])


def _write_territories(changes, vintage, advance):
    for batch in _batches(changes.created, advance):
        insert(batch)
    for territory in changes.changed:
        territory.vintage = vintage
    derived = ("sort_name", "lookup")
    columns = [*Official.FIELDS, "aliases", "valid_until", "vintage", *derived]
    _upsert(changes.changed, columns, advance)
    _upsert(changes.ended, ["valid_until"], advance)
    for batch in _batches(changes.confirmed, advance):
        pks = [territory.pk for territory in batch]
        Territory.objects.filter(pk__in=pks).update(vintage=vintage)


def _know_keys(created):
    """Give territories just inserted their keys; return {(kind, code): key} of them all."""
    stored = Territory.objects.exclude(code="").order_by().values_list("kind", "code", "pk")
    pks = {(kind, code): pk for kind, code, pk in stored}
    for territory in created:
        territory.pk = pks[territory.kind, territory.code]
    return pks


def _write_links(removed, links, advance):
    """`links` are (key of the part, key of the whole) pairs, to add."""
    for batch in _batches(removed, advance):
        Composition.objects.filter(pk__in=[link.pk for link in batch]).delete()
    columns = ("part_id", "whole_id", "is_official", "partial", "since", "until")
    for batch in _batches(links, advance):
        insert_rows(Composition, columns, [(*link, True, False, "", "") for link in batch])


def _write_codes(changes, pks, advance):
    for former, commune in changes.codes_created:
        former.territory_id = pks[commune]
    for batch in _batches([former for former, _ in changes.codes_created], advance):
        insert(batch)
    _upsert(changes.codes_changed, ["name", "territory", "lookup"], advance)


def _upsert(records, fields, advance):
    # bulk_update takes minutes for the populations of every commune.
    for batch in _batches(records, advance):
        type(batch[0]).objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def _batches(records, advance):
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        yield batch
        advance(len(batch))
