"""Publication states, and the one rule of who sees what."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

# A draft left for longer is forgotten rather than under way.
DRAFT_LIFE = datetime.timedelta(days=7)


def reading_rights(user):
    """What lets `user` read a record: (field, value) pairs, any of which is enough.

    None for staff, who read everything; otherwise what is published, and what they wrote
    themselves.
    """
    if user.is_staff:
        return None
    rights = [("status", Publishable.Status.PUBLISHED.value)]
    if user.is_authenticated:
        rights.append(("created_by", user.pk))
    return rights


def readable(user, link=""):
    """The condition that `user` may read a record, or the one that `link` ("actor__") leads to."""
    rights = reading_rights(user)
    if rights is None:
        return models.Q((f"{link}pk__isnull", False))
    return models.Q(*((f"{link}{name}", value) for name, value in rights), _connector=models.Q.OR)


def whose(field, links, user):
    """The rows of `links` whose `field` leads to a record that `user` may read; with it."""
    return links.filter(readable(user, f"{field}__")).select_related(field)


def seen(lookup, model, user):
    """Prefetch only what `user` may read: a draft at the end of a link is None."""
    return models.Prefetch(lookup, model.objects.visible_to(user))


class PublishableQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=Publishable.Status.PUBLISHED)

    def visible_to(self, user):
        """What `user` may read: see `reading_rights`."""
        return self.all() if user.is_staff else self.filter(readable(user))

    def to_review(self, at=None):
        """What somebody proposed, and drafts begun more than a week before `at` (now)."""
        begun = (at or timezone.now()) - DRAFT_LIFE
        status = Publishable.Status
        return self.filter(
            models.Q(status=status.PROPOSED) | models.Q(status=status.DRAFT, created_at__lt=begun)
        )

    def new_drafts(self, at=None):
        """Those that are not to review yet."""
        begun = (at or timezone.now()) - DRAFT_LIFE
        return self.filter(status=Publishable.Status.DRAFT, created_at__gte=begun)

    def unarchived(self):
        return self.exclude(status=Publishable.Status.ARCHIVED)


class Publishable(models.Model):
    """A record that goes from draft to published."""

    class Status(models.TextChoices):
        DRAFT = "draft", "brouillon"
        PROPOSED = "proposed", "proposé"
        PUBLISHED = "published", "publié"
        ARCHIVED = "archived", "archivé"

    status = models.CharField(
        "état de publication",
        max_length=10,
        choices=Status.choices,
        default=Status.DRAFT,
        db_index=True,
        help_text="Seul ce qui est publié se voit sur le site public.",
    )
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("modifié le", auto_now=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="créé par",
        on_delete=models.SET_NULL,  # a contribution outlives its author's account
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True

    @property
    def is_published(self):
        return self.status == self.Status.PUBLISHED

    def publish(self, at=None):
        """Show the record to everyone, from `at` (now)."""
        self.status = self.Status.PUBLISHED
        self.published_at = self.published_at or at or timezone.now()
        self.save(update_fields=["status", "published_at", "updated_at"])

    def archive(self):
        """Take the record off the public site and keep it."""
        self.status = self.Status.ARCHIVED
        self.save(update_fields=["status", "updated_at"])
