"""What lies in what: the closure of compositions.

A composition is an edge from a part up to a whole, `partial` when the whole takes
only a piece of the part. Those that ended do not count. Every territory lies in
itself. Otherwise a territory T lies in X:

- by a path of compositions from T up to X. Only the first, from T itself, may be
  partial, and then T lies partly in X: an EPCI partly in X says nothing of which of
  its communes are in X;
- by its parts. A territory other than a commune or a QPV is the sum of its atoms:
  the communes below it, and what else below it has no parts (nothing below a commune
  is looked at). When all its atoms lie in X, so does T; when only some do, T lies
  partly in X if it counts fewer communes than X and X is not one of its parts. An
  EPCI astride two départements is thus partly in both, and neither is in the EPCI.
  A piece of a QPV lies wherever the QPV does.

A full containment wins over a partial one.

The official compositions of a territory say all of it but new communes. Anything else
that people place in it (a QPV in an EPCI, when its commune is not recorded) is *loose*:
it is no atom of the whole, and lies where the whole lies by its own atoms.
"""

from collections import Counter, defaultdict

from django.db import connection, transaction
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from coopemploi.bulk import insert_rows
from coopemploi.derived import DerivedTable, registry

from .models import Composition, Containment, Territory

COMMUNE = Territory.Kind.COMMUNE
BATCH = 900  # SQLite may refuse more parameters in one query
REBUILD_BEYOND = 1000  # changed territories, when computing everything is quicker


def _in_force():
    today = timezone.localdate()
    return Composition.objects.filter(Q(until_latest=None) | Q(until_latest__gte=today)).order_by()


class Links:
    """Compositions in memory: all of them, or those around some territories."""

    def __init__(self):
        self.kinds = {}
        self.wholes = defaultdict(dict)  # part: {whole: (partial, loose)}
        self.parts = defaultdict(dict)  # whole: {part: (partial, loose)}
        self.climbed = set()  # territories whose wholes are loaded
        self.descended = set()  # territories whose parts are loaded
        self._atoms = {}
        self._placed = {}
        self._by_atoms = {}

    # Loading

    @classmethod
    def of_everything(cls):
        links = cls()
        links.load_kinds(Territory.objects.all())
        links._load(_in_force())
        return links

    def load_kinds(self, territories):
        self.kinds.update(territories.order_by().values_list("pk", "kind"))

    def _load(self, compositions):
        official_sister = _in_force().filter(whole=OuterRef("whole"), is_official=True)
        loose = Case(
            When(Q(is_official=True) | Q(part__kind=COMMUNE), then=Value(False)),
            default=Exists(official_sister),
            output_field=BooleanField(),
        )
        rows = compositions.annotate(loose=loose).values_list(
            "part_id", "whole_id", "partial", "loose", "part__kind", "whole__kind"
        )
        for part, whole, partial, is_loose, part_kind, whole_kind in rows:
            self.wholes[part][whole] = self.parts[whole][part] = (partial, is_loose)
            self.kinds[part] = part_kind
            self.kinds[whole] = whole_kind

    def climb(self, territories):
        """Load all that is above; return it, with the territories themselves."""
        level = set(territories) - self.climbed
        while level:
            self._load(_in_force().filter(part__in=level))
            self.climbed |= level
            level = {whole for part in level for whole in self.wholes[part]} - self.climbed
        return self._reach(territories, self.wholes)

    def descend(self, territories):
        """Load all that is below; return what is wholly so, and the territories."""
        level = set(territories) - self.descended
        while level:
            self._load(_in_force().filter(whole__in=level))
            self.descended |= level
            level = {part for whole in level for part in self.parts[whole]} - self.descended
        return self._reach(territories, self.parts, full=True)

    def descend_to_atoms(self, territories):
        """Load what is below, without looking below communes."""
        level = {t for t in territories if self._divides(t)} - self.descended
        while level:
            self._load(_in_force().filter(whole__in=level))
            self.descended |= level
            below = {part for whole in level for part in self.parts[whole]}
            level = {part for part in below if self._divides(part)} - self.descended

    def load_loose(self, territories):
        """Load what is above, and what says where the loose lie."""
        wholes = {
            whole
            for territory in self.climb(territories)
            for whole, (_, loose) in self.wholes[territory].items()
            if loose
        }
        self.descend_to_atoms(wholes)
        self.climb({atom for whole in wholes for atom in self.atoms(whole)[0]})

    # Reading

    def _divides(self, territory):
        return self.kinds[territory] not in Territory.NOT_EXHAUSTED_BY_PARTS

    def _reach(self, territories, edges, full=False):
        reached, stack = set(territories), list(territories)
        while stack:
            for other, (partial, _) in edges[stack.pop()].items():
                if other not in reached and not (full and partial):
                    reached.add(other)
                    stack.append(other)
        return reached

    def atoms(self, territory):
        """The atoms of a territory, and all it counts below it; nothing for an atom."""
        if territory not in self._atoms:
            atoms, below, stack = set(), set(), [territory]
            while stack:
                current = stack.pop()
                parts = ()
                if self._divides(current):
                    links = self.parts[current].items()
                    parts = [part for part, (_, loose) in links if not loose]
                if not parts and current != territory:
                    atoms.add(current)
                stack += [part for part in parts if part not in below]
                below.update(parts)
            self._atoms[territory] = (atoms, below)
        return self._atoms[territory]

    def explicit(self, territory):
        """What a territory lies wholly in by a path of compositions."""
        return self._reach([territory], self.wholes, full=True)

    def by_atoms(self, territory):
        """What the atoms of a territory lie in by paths of compositions, all of them."""
        if territory not in self._by_atoms:
            common = None
            for atom in self.atoms(territory)[0]:
                above = self.explicit(atom)
                common = above if common is None else common & above
            self._by_atoms[territory] = frozenset(common or ())
        return self._by_atoms[territory]

    def placed(self, territory):
        """What a territory lies wholly in, by its wholes."""
        if territory not in self._placed:
            placed = self.explicit(territory)
            for below in list(placed):
                for whole, (partial, loose) in self.wholes[below].items():
                    if loose and not partial:
                        placed |= self.by_atoms(whole)
            self._placed[territory] = frozenset(placed)
        return self._placed[territory]

    def placed_in_part(self, territory):
        """What a territory lies in by a first partial composition."""
        placed = set()
        for whole, (partial, loose) in self.wholes[territory].items():
            if partial:
                placed |= self.placed(whole)
                if loose:
                    placed |= self.by_atoms(whole)
        return placed

    def row(self, territory, overlaps, sizes):
        """What a territory lies in: {container: partial}.

        `overlaps` counts its atoms in each container, `sizes` communes in containers.
        """
        atoms, below = self.atoms(territory)
        full = set(self.placed(territory))
        partly = self.placed_in_part(territory)
        for container, count in overlaps.items():
            if count == len(atoms):
                full.add(container)
            elif container not in below and sizes[territory] < sizes[container]:
                partly.add(container)
        return dict.fromkeys(partly, True) | dict.fromkeys(full, False)


class ContainmentTable(DerivedTable):
    """Keys: ("wholes", id) when what a territory is a part of changed, ("parts", id)
    when its parts did, (kind, id) when the territory itself did."""

    name = "contenances"
    watched = ("territories.Territory", "territories.Composition")

    def affected_by(self, instance):
        if isinstance(instance, Composition):
            return {("wholes", instance.part_id), ("parts", instance.whole_id)}
        return {(instance.kind, instance.pk)}

    # Everything

    def rebuild(self):
        with transaction.atomic():
            _lock()
            rows = _all_rows()
            if Containment.objects.exists():
                _write_differences(Containment.objects.all(), rows)
            else:
                _insert(rows)
        return len(rows)

    def drift(self):
        missing, changed, surplus = _differences(Containment.objects.all(), _all_rows())
        return len(missing) + len(changed) + len(surplus)

    # What a change may have touched

    def refresh(self, keys):
        changes = defaultdict(set)
        for what, territory in keys:
            changes[territory].add(what)
        if len(changes) > REBUILD_BEYOND:
            self.rebuild()
            return
        with transaction.atomic():
            _lock()
            links = Links()
            links.load_kinds(Territory.objects.filter(pk__in=changes))
            present = changes.keys() & links.kinds.keys()
            # Two kinds: before and after.
            recast = {t for t in present if len(changes[t] - {"wholes", "parts"}) > 1}
            moved = recast | {t for t in present if "wholes" in changes[t]}
            gathered = recast | {t for t in present if "parts" in changes[t]}
            # Communes that came or went change the size of what they lay in.
            gone = changes.keys() - present
            reshaped = {t for t in recast | gone if COMMUNE in changes[t]}
            self._refresh(links, moved, gathered, reshaped)
            _add_missing_selves(present)

    def _refresh(self, links, moved, gathered, reshaped):
        if not moved and not gathered:
            return
        # What may be placed elsewhere: what moved with what is below it, and what is
        # loose in a territory whose atoms may have changed.
        anew = links.descend(moved)
        above = links.climb(anew | gathered)
        loose = _in_force().filter(whole__in=above, is_official=False).exclude(part__kind=COMMUNE)
        anew |= links.descend(loose.values_list("part_id", flat=True))
        links.load_loose(anew)
        pieces = _in_force().filter(whole__in=anew, partial=True)
        affected = links.climb(anew | gathered | set(pieces.values_list("part_id", flat=True)))
        counts = _CommuneCounts(links, anew)
        resized = affected if reshaped else counts.resized
        affected |= counts.nearly_as_big(resized, margin=len(anew) + len(reshaped)) - affected
        links.load_loose(affected)
        stored = Containment.objects.filter(contained__in=affected)
        _write_differences(stored, _some_rows(links, affected, counts))


def _lock():
    """Two refreshes at once would each miss what the other writes.

    SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Containment._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _all_rows():
    """Every row, as {(container, contained): partial}."""
    links = Links.of_everything()
    sizes = Counter()
    for territory, kind in links.kinds.items():
        if kind == COMMUNE:
            sizes.update(links.placed(territory))
    rows = {}
    for territory in links.kinds:
        overlaps = Counter()
        for atom in links.atoms(territory)[0]:
            overlaps.update(links.placed(atom))
        for container, partial in links.row(territory, overlaps, sizes).items():
            rows[container, territory] = partial
    return rows


class _CommuneCounts:
    """How many communes lie wholly in a territory, from the table itself but for
    what is placed `anew`."""

    def __init__(self, links, anew):
        self.anew = anew
        communes = [territory for territory in anew if links.kinds[territory] == COMMUNE]
        stored = Containment.objects.filter(contained__in=communes, partial=False)
        before = Counter(stored.values_list("container", flat=True))
        self.after = Counter()
        for commune in communes:
            self.after.update(links.placed(commune))
        containers = before.keys() | self.after.keys()
        self.resized = {c for c in containers if before[c] != self.after[c]}

    def of(self, containers):
        # The kind is in the count and not in the filter, which would have SQLite start
        # from all communes.
        communes = Count("pk", filter=Q(contained__kind=COMMUNE))
        counts = (
            Containment.objects.filter(container__in=containers, partial=False)
            .exclude(contained__in=self.anew)
            .order_by()
            .values_list("container")
            .annotate(communes=communes)
        )
        return Counter(dict(counts)) + self.after

    def nearly_as_big(self, resized, margin):
        """The composite territories which overlap one of the `resized` and may be on
        the other side of its size now."""
        if not resized:
            return set()
        full = Containment.objects.filter(partial=False)
        inside = full.filter(container__in=resized).values("contained")
        containers = full.filter(contained__in=inside).values("container")
        overlapping = Territory.objects.filter(pk__in=containers)
        overlapping = overlapping.exclude(kind__in=Territory.NOT_EXHAUSTED_BY_PARTS)
        overlapping = set(overlapping.order_by().values_list("pk", flat=True))
        sizes = self.of(overlapping | resized)
        bounds = [(sizes[one] - margin, sizes[one] + margin) for one in resized]
        return {
            one for one in overlapping if any(low <= sizes[one] <= high for low, high in bounds)
        }


def _some_rows(links, territories, counts):
    links.load_kinds(Territory.objects.filter(pk__in=territories - links.kinds.keys()))
    links.descend_to_atoms(territories)
    atoms = set().union(*(links.atoms(territory)[0] for territory in territories))
    # What is stored of an atom may be of when it still had parts.
    placed = {atom: links.placed(atom) for atom in atoms & territories}
    stored = Containment.objects.filter(contained__in=atoms - territories, partial=False)
    for atom, container in stored.order_by().values_list("contained", "container"):
        placed.setdefault(atom, []).append(container)
    overlaps = {}
    for territory in territories:
        overlaps[territory] = Counter()
        for atom in links.atoms(territory)[0]:
            overlaps[territory].update(placed[atom])
    compared = set()
    for territory, found in overlaps.items():
        atoms, below = links.atoms(territory)
        partly = {c for c in found.keys() - below if found[c] < len(atoms)}
        compared |= partly | {territory} if partly else set()
    sizes = counts.of(compared)
    return {
        (container, territory): partial
        for territory in territories
        for container, partial in links.row(territory, overlaps[territory], sizes).items()
    }


def _differences(stored, rows):
    """Rows to add and to change, {(container, contained): partial}, and to remove,
    {key: contained}."""
    missing, changed, surplus = dict(rows), {}, {}
    values = stored.order_by().values_list("pk", "container", "contained", "partial")
    for pk, container, contained, partial in values.iterator():
        expected = missing.pop((container, contained), None)
        if expected is None:
            surplus[pk] = contained
        elif expected != partial:
            changed[pk] = expected
    return missing, changed, surplus


def _write_differences(stored, rows):
    missing, changed, surplus = _differences(stored, rows)
    removed = list(surplus)
    for start in range(0, len(removed), BATCH):
        Containment.objects.filter(pk__in=removed[start : start + BATCH]).delete()
    for partial in (True, False):
        pks = [pk for pk, expected in changed.items() if expected is partial]
        for start in range(0, len(pks), BATCH):
            batch = Containment.objects.filter(pk__in=pks[start : start + BATCH])
            batch.update(partial=partial)
    _insert(missing)
    # Rows written in bulk send no signal: the lists of what lies in an area follow.
    moved = {contained for _, contained in missing} | set(surplus.values())
    registry.notify([Containment(contained_id=territory) for territory in moved])


def _insert(rows):
    columns = ("container_id", "contained_id", "partial")
    insert_rows(Containment, columns, ((*pair, partial) for pair, partial in rows.items()))


def _add_missing_selves(territories):
    """A new territory lies in itself, though nothing composes it yet."""
    known = Containment.objects.filter(contained__in=territories, container=F("contained"))
    missing = set(territories) - set(known.values_list("contained", flat=True))
    _insert({(territory, territory): False for territory in missing})
