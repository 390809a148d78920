"""What lies in territories, whatever it is."""

from django.db import models

from .composition import Containment


class LocatedQuerySet(models.QuerySet):
    """Records that lie in territories."""

    territory_lookup = "territories"

    def in_territory(self, territory):
        return self.filter(self.lying_in(territory))

    def lying_in(self, territory):
        """The condition that a record is placed in `territory` or in what it contains, wholly
        or partly."""
        place, inside = self.model._meta.get_field(self.territory_lookup), contained_in(territory)
        if not place.many_to_many:
            return models.Q((f"{place.name}__in", inside))
        links = place.remote_field.through._default_manager
        links = links.filter(**{f"{place.m2m_reverse_field_name()}__in": inside})
        return models.Q(pk__in=links.values(place.m2m_field_name()))


def contained_in(territory):
    """The keys of what lies in `territory`, itself among them."""
    return Containment.objects.filter(container=territory).values("contained")
