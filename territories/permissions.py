"""Mandates: who may do what, and to which records.

A mandate gives model permissions (`MandateBackend`), and says within which perimeter they
hold (`PerimeterRule`). Each app tells what leads from its models to a perimeter.
"""

from dataclasses import dataclass

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils import timezone

from coopemploi.permissions import EditingRule
from coopemploi.publishing import Publishable

from .models import Actor, Mandate, Network, Person, Territory

Role, Status = Mandate.Role, Publishable.Status

# Apps whose records are edited within a perimeter.
WORKED_IN = ("territories", "initiatives", "events")
# Apps where what people send is decided on: whoever is to decide is alone to read it.
MODERATED = ("participation",)
# What a national administrator edits besides.
ADMINISTERED = ("vocabulary", "sources", "identity", "accounts")
MANDATE_MODEL = "mandate"
# Before publication, a contributor may still change what they proposed.
UNPUBLISHED = (Status.DRAFT, Status.PROPOSED)


@dataclass(frozen=True)
class Paths:
    """The lookups that lead from a model to territories, and to networks; "" is itself."""

    territories: tuple = ()
    networks: tuple = ()

    @property
    def all(self):
        return (*self.territories, *self.networks)


_paths = {}


def lead(model, *territories, networks=()):
    """Declare the lookups that lead from a model to what perimeters are made of."""
    _paths[model] = Paths(territories, tuple(networks))


def declare():
    lead(Territory, "")
    lead(Network, "territory", networks=[""])
    # Not the members of a network: whoever animates it says who they are.
    lead(Actor, "territories", "governs")
    lead(Person, "positions__actor__territories", "positions__actor__governs")


class Perimeter:
    """The mandates of somebody, read once a request."""

    def __init__(self, user, today):
        self.day = today
        self.user = user
        self.mandates = []
        if user.is_active and user.is_authenticated and not user.is_superuser:
            found = user.mandates.in_force(today).select_related("territory", "network")
            self.mandates = list(found)
        self.roles = {mandate.role for mandate in self.mandates}
        self.is_national = user.is_active and (user.is_superuser or Role.NATIONAL in self.roles)

    def keys(self, name, *roles):
        """The keys of the territories, or the networks, of the mandates of some roles."""
        found = (
            getattr(mandate, f"{name}_id") for mandate in self.mandates if mandate.role in roles
        )
        return [pk for pk in found if pk is not None]

    def within(self, model, *roles):
        """What the mandates of these roles reach: a condition on the records of a model."""
        paths = _paths[model]
        reached = Q(pk__in=[])
        territories, networks = self.keys("territory", *roles), self.keys("network", *roles)
        for path in paths.territories if territories else ():
            lookup = f"{path}__containers__container__in".removeprefix("__")
            reached |= Q(pk__in=_keys(model, lookup, territories))
        for path in paths.networks if networks else ():
            lookup = f"{path}__pk__in".removeprefix("__")
            reached |= Q(pk__in=_keys(model, lookup, networks))
        return reached

    @property
    def label(self):
        return ", ".join(str(each.territory or each.network) for each in self.mandates) or "–"


def _keys(model, lookup, values):
    return model._base_manager.filter(**{lookup: values}).values("pk")


def perimeter_of(user):
    """The `Perimeter` of a user, kept on it."""
    kept, today = getattr(user, "_perimeter", None), timezone.localdate()
    if kept is None or kept.day != today:
        kept = user._perimeter = Perimeter(user, today)
    return kept


def holds_whole(user, territory):
    """Whether all that lies in a territory is in the perimeter of a user.

    Made a part of their perimeter, it would otherwise bring into it what they may not edit.
    """
    perimeter = perimeter_of(user)
    if perimeter.is_national:
        return True
    lying = Territory.objects.filter(containers__container=territory)
    return not lying.exclude(perimeter.within(Territory, Role.ANIMATEUR)).exists()


class PerimeterRule(EditingRule):
    # Shared by all who write: a source is cited by records of every territory.
    SHARED = ("sources.Source",)

    def editable(self, queryset, user):
        perimeter, model = perimeter_of(user), queryset.model
        if perimeter.is_national or model._meta.label in self.SHARED:
            return queryset
        if model not in _paths:
            return queryset.none()
        reached = self._placeless(model, perimeter) | perimeter.within(model, Role.ANIMATEUR)
        if Role.CONTRIBUTOR in perimeter.roles and hasattr(model, "created_by"):
            proposed = Q(created_by=user, status__in=UNPUBLISHED)
            reached |= proposed & perimeter.within(model, Role.CONTRIBUTOR)
        return queryset.filter(reached)

    def _placeless(self, model, perimeter):
        """Records that lie nowhere belong to their creator; to all who animate when nobody
        noted who that is."""
        paths = _paths[model].all
        if "" in paths or not (Role.ANIMATEUR in perimeter.roles or hasattr(model, "created_by")):
            return Q(pk__in=[])
        nowhere = model._base_manager.all()
        for path in paths:
            # Nothing that the path leads to. `isnull=True` would be true of a person one of whose
            # jobs, an elected office, has no actor, wherever the others are.
            nowhere = nowhere.exclude(**{f"{path}__isnull": False})
        if hasattr(model, "created_by"):
            nowhere = nowhere.filter(created_by=perimeter.user)
            if Role.ANIMATEUR not in perimeter.roles:
                nowhere = nowhere.filter(status__in=UNPUBLISHED)
        # In a query of its own: a join to each relation may repeat a record.
        return Q(pk__in=nowhere.values("pk"))

    def can_publish(self, user):
        perimeter = perimeter_of(user)
        return perimeter.is_national or Role.ANIMATEUR in perimeter.roles

    def scopes(self, model, user):
        perimeter = perimeter_of(user)
        edits = {Role.ANIMATEUR, Role.CONTRIBUTOR} & perimeter.roles
        return bool(edits and not perimeter.is_national and model in _paths and _paths[model].all)


class MandateBackend(BaseBackend):
    """The model permissions that mandates give."""

    def authenticate(self, request, **credentials):
        return None  # it recognises nobody

    def get_user_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or obj is not None:
            return set()
        if not hasattr(user_obj, "_mandate_permissions"):
            roles = perimeter_of(user_obj).roles
            wanted = Q(pk__in=[])
            for role in roles:
                wanted |= PERMISSIONS[role]
            found = Permission.objects.filter(wanted) if roles else Permission.objects.none()
            names = found.order_by().values_list("content_type__app_label", "codename")
            user_obj._mandate_permissions = {f"{label}.{codename}" for label, codename in names}
        return user_obj._mandate_permissions

    def has_perm(self, user_obj, perm, obj=None):
        # Asked over a hundred times an admin page: all permissions are not gathered anew each time.
        return perm in self.get_user_permissions(user_obj, obj)

    def has_module_perms(self, user_obj, app_label):
        return any(
            permission.startswith(f"{app_label}.")
            for permission in self.get_user_permissions(user_obj)
        )


def _on(apps, *verbs):
    verbs = Q(*(("codename__startswith", f"{verb}_") for verb in verbs), _connector=Q.OR)
    return Q(content_type__app_label__in=apps) & verbs


SEEN = _on((*WORKED_IN, "vocabulary", "sources", "identity"), "view") & ~Q(
    content_type__model=MANDATE_MODEL
)
WRITTEN = ~Q(content_type__model=MANDATE_MODEL)
PERMISSIONS = {
    Role.READER: SEEN,
    Role.CONTRIBUTOR: SEEN | (_on(WORKED_IN, "add", "change") & WRITTEN),
    Role.ANIMATEUR: SEEN
    | (_on(WORKED_IN, "add", "change", "delete") & WRITTEN)
    | _on(["sources"], "add", "change")
    | _on(MODERATED, "view", "change"),
    Role.NATIONAL: _on((*WORKED_IN, *MODERATED, *ADMINISTERED), "view", "add", "change", "delete"),
}
