import datetime

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from territories.models import Actor, Person, Territory

# A proposal that nobody read in a year more than one that was.
UNANSWERED = datetime.timedelta(days=365)


class BelongingQuerySet(models.QuerySet):
    def asked(self):
        return self.filter(state=Belonging.State.ASKED)

    def approved(self):
        return self.filter(state=Belonging.State.APPROVED)

    def untold(self):
        return self.asked().filter(told_at=None)


class Belonging(models.Model):
    """Somebody who works for an actor, as they say, and as a member or whoever animates agreed."""

    class State(models.TextChoices):
        ASKED = "asked", "demandée"
        APPROVED = "approved", "acceptée"
        REFUSED = "refused", "refusée"

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="belongings"
    )
    actor = models.ForeignKey(
        Actor, verbose_name="acteur", on_delete=models.CASCADE, related_name="belongings"
    )
    title = models.CharField("fonction", max_length=200, blank=True)
    state = models.CharField("état", max_length=8, choices=State.choices, default=State.ASKED)
    comment = models.TextField("commentaire", max_length=1000, blank=True)
    asked_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    # When whoever decides was told by mail.
    told_at = models.DateTimeField("annoncée le", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="décidée par",
        on_delete=models.SET_NULL,  # the decision outlives the account of who made it
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        verbose_name_plural = "appartenances"
        ordering = ["-asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "actor"],
                name="belonging_once",
                violation_error_message="Cette personne a déjà demandé à rejoindre cet acteur.",
            )
        ]

    def __str__(self):
        return f"{self.person}, {self.actor}"

    def decide(self, state, *, by, comment="", at=None):
        self.state, self.comment = state, comment
        self.decided_by, self.decided_at = by, at or timezone.now()
        self.save(update_fields=["state", "comment", "decided_by", "decided_at"])


class ProposalQuerySet(models.QuerySet):
    def to_review(self):
        return self.filter(state=Proposal.State.PROPOSED)

    def untold(self):
        return self.to_review().filter(told_at=None)

    def older_than(self, at):
        """Those decided on before that time, or not yet, that still say who proposed them."""
        is_old = Q(decided_at__lt=at) | Q(decided_at=None, created_at__lt=at - UNANSWERED)
        return self.exclude(name="", email="").filter(is_old)


class Proposal(models.Model):
    """What somebody would have the site say; nothing of it is public before it is reviewed."""

    class Kind(models.TextChoices):
        INITIATIVE = "initiative", "initiative"
        NEED = "besoin", "besoin"
        OFFER = "offre", "offre"
        RESOURCE = "ressource", "ressource"
        ACTOR = "acteur", "fiche d'acteur"
        CORRECTION = "correction", "correction"

    class State(models.TextChoices):
        PROPOSED = "proposed", "à relire"
        PUBLISHED = "published", "publiée"
        REFUSED = "refused", "refusée"

    kind = models.CharField("sorte", max_length=10, choices=Kind.choices)
    content_type = models.ForeignKey(
        ContentType,
        verbose_name="sorte de fiche",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    object_id = models.PositiveBigIntegerField("clé de la fiche", null=True, editable=False)
    record = GenericForeignKey()
    page = models.CharField("page à corriger", max_length=300, blank=True)
    title = models.CharField("ce qui est proposé", max_length=300)
    values = models.JSONField("ce que dirait la fiche", default=dict, blank=True)
    before = models.JSONField("ce qu'elle disait", default=dict, blank=True)
    message = models.TextField("mot à qui relit", max_length=3000, blank=True)
    actor = models.ForeignKey(
        Actor,
        verbose_name="au nom de",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
    )
    # Where it takes place, when it is in no actor's name: it says who reviews it.
    territories = models.ManyToManyField(
        Territory, verbose_name="territoires", blank=True, editable=False, related_name="proposals"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="compte",
        on_delete=models.SET_NULL,  # a contribution outlives its author's account
        null=True,
        blank=True,
        related_name="proposals",
    )
    name = models.CharField("nom", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    state = models.CharField("état", max_length=9, choices=State.choices, default=State.PROPOSED)
    comment = models.TextField("commentaire", max_length=2000, blank=True)
    created_at = models.DateTimeField("proposée le", default=timezone.now, editable=False)
    told_at = models.DateTimeField("annoncée le", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("relue le", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="relue par",
        on_delete=models.SET_NULL,  # the decision outlives the account of who made it
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering = ["-created_at", "pk"]

    def __str__(self):
        return self.title

    @property
    def is_new(self):
        return self.object_id is None

    def is_waiting_already(self):
        """Whether the same person already proposed the very same, and nobody has decided."""
        names = ("kind", "content_type", "object_id", "page", "title", "message", "actor", "email")
        same = {name: getattr(self, name) for name in (*names, "user")}
        waiting = Proposal.objects.filter(state=self.State.PROPOSED, **same)
        return any(each.values == self.values for each in waiting)

    @property
    def has_lost_its_sheet(self):
        """Whether it would change a sheet that was deleted."""
        return not self.is_new and self.record is None

    def decide(self, state, *, by, comment="", at=None):
        self.state, self.comment = state, comment
        self.decided_by, self.decided_at = by, at or timezone.now()
        self.save()
