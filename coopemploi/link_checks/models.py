import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

# A site that is down for an afternoon is not dead.
FAILURES = 3
REST = datetime.timedelta(days=7)
REST_OF_FAILED = datetime.timedelta(days=1)


class LinkCheckQuerySet(models.QuerySet):
    def dead(self):
        return self.filter(failures__gte=FAILURES)

    def due(self, at=None):
        """Those to look at again at the time `at` (now): failed ones daily, others weekly."""
        at = at or timezone.now()
        return self.filter(
            Q(checked_at=None)
            | Q(checked_at__lte=at - REST)
            | Q(failures__gt=0, checked_at__lte=at - REST_OF_FAILED)
        )


class LinkCheck(models.Model):
    """What an address that records name answered when it was last looked at."""

    url = models.CharField("adresse", max_length=500, unique=True)
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    reason = models.CharField("réponse", max_length=120, blank=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "lien vérifié"
        verbose_name_plural = "liens vérifiés"

    def __str__(self):
        return self.url

    def note(self, reason, at):
        """Write down what the address answered at the time `at`; no `reason` when it is well."""
        self.checked_at = at
        self.reason = reason
        self.failures = min(self.failures + 1, 1000) if reason else 0
        self.save(update_fields=["checked_at", "reason", "failures"])


def with_dead_links(records, *paths):
    """Those of `records` of which an address, by one of the `paths` to it, answers no more.

    Each path is a field of the model ("website"), or one of its rows ("links__url").
    """
    found = Q()
    for path in paths:
        relation, _, field = path.rpartition("__")
        dead = LinkCheck.objects.dead()
        if not relation:
            found |= Q(Exists(dead.filter(url=OuterRef(field))))
            continue
        rows = records.model._meta.get_field(relation)
        dead = dead.filter(url=OuterRef(field))
        own = rows.related_model._base_manager.filter(**{rows.field.name: OuterRef("pk")})
        found |= Q(Exists(own.filter(Exists(dead))))
    return records.filter(found)
