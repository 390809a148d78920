from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .network import Network
from .territory import Territory


class MandateQuerySet(models.QuerySet):
    def in_force(self, at=None):
        today = at or timezone.localdate()
        return self.filter(Q(since=None) | Q(since__lte=today), Q(until=None) | Q(until__gte=today))


class Mandate(models.Model):
    """What somebody may edit: the records of a territory or of a network, or all of them."""

    class Role(models.TextChoices):
        NATIONAL = "national", "administration nationale"
        ANIMATEUR = "animateur", "animation"
        CONTRIBUTOR = "contributor", "contribution"
        READER = "reader", "lecture"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="personne",
        on_delete=models.CASCADE,
        related_name="mandates",
    )
    role = models.CharField(
        "rôle",
        max_length=12,
        choices=Role.choices,
        help_text=(
            "Animation : modifie et publie les fiches du périmètre. Contribution : y propose des "
            "fiches, et modifie les siennes avant publication. Lecture : voit tout. "
            "Administration nationale : modifie tout, et donne les rôles."
        ),
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.PROTECT,  # deleting a perimeter silently would take rights away
        null=True,
        blank=True,
        related_name="mandates",
    )
    network = models.ForeignKey(
        Network,
        verbose_name="ou réseau",
        on_delete=models.PROTECT,  # the same
        null=True,
        blank=True,
        related_name="mandates",
    )
    since = models.DateField("depuis le", null=True, blank=True)
    until = models.DateField("jusqu'au", null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        ordering = ["user", "role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    role__in=["national", "reader"], territory__isnull=True, network__isnull=True
                )
                | Q(
                    role__in=["animateur", "contributor"],
                    territory__isnull=False,
                    network__isnull=True,
                )
                | Q(
                    role__in=["animateur", "contributor"],
                    territory__isnull=True,
                    network__isnull=False,
                ),
                name="mandate_has_its_perimeter",
                violation_error_message=(
                    "L'animation et la contribution valent dans un territoire ou dans un réseau, "
                    "l'un des deux ; la lecture et l'administration nationale valent partout."
                ),
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True)
                | Q(until__isnull=True)
                | Q(until__gte=models.F("since")),
                name="mandate_ends_after_it_begins",
                violation_error_message="La fin du mandat précède son début.",
            ),
            models.UniqueConstraint(
                fields=["user", "territory"],
                condition=Q(territory__isnull=False),
                name="mandate_once_in_a_territory",
                violation_error_message="Cette personne a déjà un mandat dans ce territoire.",
            ),
            models.UniqueConstraint(
                fields=["user", "network"],
                condition=Q(network__isnull=False),
                name="mandate_once_in_a_network",
                violation_error_message="Cette personne a déjà un mandat dans ce réseau.",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(territory__isnull=True, network__isnull=True),
                name="mandate_once_everywhere",
                violation_error_message="Cette personne a déjà un mandat qui vaut partout.",
            ),
        ]

    def __str__(self):
        perimeter = self.territory or self.network
        return f"{self.get_role_display()} : {perimeter}" if perimeter else self.get_role_display()
