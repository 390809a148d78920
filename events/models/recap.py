from math import ceil

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Prefetch
from django.utils.html import strip_tags

from coopemploi.fields import ProseField
from coopemploi.media.models import Document, Picture
from coopemploi.publishing import Publishable, PublishableQuerySet, seen
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Theme
from territories.models import Actor, Person, Position

from .event import Event

WORDS_PER_MINUTE = 220


class RecapQuerySet(PublishableQuerySet):
    def with_reading(self, user):
        """With all that they give to read to `user`."""
        verbatims = Verbatim.objects.with_speaker(user)
        return self.select_related("source", "contact__person").prefetch_related(
            "sections",
            "links",
            "pictures",
            "documents",
            "key_ideas",
            seen("contact__actor", Actor, user),
            Prefetch("key_ideas__verbatims", verbatims),
            Prefetch("verbatims", verbatims.filter(key_idea=None), to_attr="other_verbatims"),
        )


class Recap(Publishable, Sourced):
    """What an event leaves to read: the recap is published when it is ready."""

    event = models.OneToOneField(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="recap"
    )
    standfirst = models.TextField("chapô", blank=True, help_text="Deux ou trois phrases.")
    replay_url = models.URLField(
        "adresse de la vidéo",
        max_length=500,
        blank=True,
        validators=[URLValidator(["http", "https"])],
    )
    replay_note = models.CharField(
        "remarque sur la vidéo",
        max_length=200,
        blank=True,
        help_text="« La vidéo existe, son adresse n'est pas connue. »",
    )
    reading_minutes = models.PositiveSmallIntegerField(
        "temps de lecture (minutes)", null=True, blank=True
    )
    contact = models.ForeignKey(
        Position,
        verbose_name="contact",
        on_delete=models.SET_NULL,  # the recap stays when its contact leaves
        null=True,
        blank=True,
        related_name="recaps",
    )

    objects = RecapQuerySet.as_manager()

    class Meta:
        verbose_name = "compte rendu"
        verbose_name_plural = "comptes rendus"
        ordering = ["-pk"]

    def __str__(self):
        return f"Compte rendu : {self.event}"

    def get_absolute_url(self):
        return self.event.get_absolute_url() + "#compte-rendu"

    @property
    def is_public(self):
        """A recap is read on the page of its event."""
        return self.is_published and self.event.is_published

    @property
    def minutes(self):
        """How long it takes to read, counted from its words when nobody says it."""
        if self.reading_minutes:
            return self.reading_minutes
        texts = [self.standfirst]
        texts += [f"{section.title} {strip_tags(section.body)}" for section in self.sections.all()]
        for idea in self.key_ideas.all():
            texts += [idea.text, *(verbatim.text for verbatim in idea.verbatims.all())]
        return ceil(sum(len(text.split()) for text in texts) / WORDS_PER_MINUTE)


class RecapSection(models.Model):
    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="sections"
    )
    title = models.CharField("titre", max_length=200)
    body = ProseField("texte")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "partie"
        verbose_name_plural = "parties"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title


class KeyIdea(models.Model):
    """One of the ordered ideas to keep from an event."""

    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="key_ideas"
    )
    text = models.CharField("idée", max_length=400)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "idée clé"
        verbose_name_plural = "idées clés"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text


class VerbatimQuerySet(models.QuerySet):
    def with_speaker(self, user):
        """With who said them, whose actor `user` may see, and on which themes."""
        return self.select_related("person").prefetch_related("themes", seen("actor", Actor, user))


class Verbatim(models.Model):
    """What somebody said, word for word or reported, under the title of that day."""

    class Fidelity(models.TextChoices):
        FAITHFUL = "faithful", "citation fidèle"
        REPORTED = "reported", "propos rapportés"

    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="verbatims"
    )
    key_idea = models.ForeignKey(
        KeyIdea,
        verbose_name="idée clé",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="verbatims",
    )
    text = models.TextField("propos")
    fidelity = models.CharField(
        "fidélité",
        max_length=10,
        choices=Fidelity.choices,
        default=Fidelity.REPORTED,
        help_text="Des guillemets n'entourent qu'une citation fidèle.",
    )
    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.SET_NULL,  # what was said stays when its author is erased
        null=True,
        blank=True,
        related_name="verbatims",
    )
    title = models.CharField("fonction ce jour-là", max_length=200, blank=True)
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur ce jour-là",
        on_delete=models.SET_NULL,  # what was said stays
        null=True,
        blank=True,
        related_name="verbatims",
    )
    themes = models.ManyToManyField(
        Theme, verbose_name="thématiques", blank=True, related_name="verbatims"
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = VerbatimQuerySet.as_manager()

    class Meta:
        verbose_name = "verbatim"
        verbose_name_plural = "verbatims"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return f"{self.recap.event.get_absolute_url()}#verbatim-{self.pk}"

    @property
    def source(self):
        return self.recap.source

    @property
    def is_fictional(self):
        return self.recap.is_fictional


class RecapLink(models.Model):
    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="links"
    )
    title = models.CharField("titre", max_length=200)
    url = models.URLField(
        "adresse web", max_length=500, validators=[URLValidator(["http", "https"])]
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "lien"
        verbose_name_plural = "liens"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title


class RecapPicture(Picture):
    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="pictures"
    )

    class Meta(Picture.Meta):
        verbose_name = "image"
        verbose_name_plural = "images"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(alternative=""),
                name="recap_picture_has_alternative",
                violation_error_message="Décrivez l'image, pour qui ne la voit pas.",
            )
        ]


class RecapDocument(Document):
    recap = models.ForeignKey(
        Recap, verbose_name="compte rendu", on_delete=models.CASCADE, related_name="documents"
    )

    class Meta(Document.Meta):
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title=""),
                name="recap_document_has_title",
                violation_error_message="Donnez un titre au document.",
            )
        ]
