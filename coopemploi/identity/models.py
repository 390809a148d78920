from pathlib import PurePath

from django.db import models

from .colours import validate_colour


class Identity(models.Model):
    """The installation itself: its name, and who answers for it."""

    name = models.CharField("nom du site", max_length=80, default="Coopemploi")
    tagline = models.CharField(
        "accroche",
        max_length=200,
        default="La mémoire et l'entremetteur des territoires qui coopèrent pour l'emploi",
    )
    presentation = models.TextField(
        "présentation", blank=True, help_text="Au bas de la page d'accueil."
    )
    accent = models.CharField(
        "couleur",
        max_length=7,
        blank=True,
        validators=[validate_colour],
        help_text="Celle des liens et des boutons, comme #1f5f5b. Vide : la nôtre. "
        "Le thème sombre en prend une nuance claire.",
    )
    logo = models.ImageField(
        "logo",
        upload_to="identite/",
        blank=True,
        width_field="logo_width",
        height_field="logo_height",
    )
    logo_width = models.PositiveSmallIntegerField("largeur du logo", null=True, editable=False)
    logo_height = models.PositiveSmallIntegerField("hauteur du logo", null=True, editable=False)
    is_fictional = models.BooleanField(
        "site d'exemple",
        default=False,
        help_text="Les pages légales portent alors la mention « exemple fictif ».",
    )
    publisher = models.CharField("éditeur du site", max_length=200, blank=True)
    publisher_address = models.TextField("adresse de l'éditeur", blank=True)
    publication_director = models.CharField(
        "directeur ou directrice de la publication", max_length=200, blank=True
    )
    host = models.CharField("hébergeur", max_length=200, blank=True)
    host_address = models.TextField("adresse de l'hébergeur", blank=True)
    contact_email = models.EmailField(
        "adresse de contact",
        blank=True,
        help_text="Une adresse de service : elle reçoit les messages de la page Contact.",
    )
    data_protection_contact = models.CharField(
        "contact pour les données personnelles", max_length=200, blank=True
    )

    class Meta:
        verbose_name = "identité du site"
        verbose_name_plural = "identité du site"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="identity_single",
                violation_error_message="Il n'y a qu'une identité par site.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def accent_version(self):
        return self.accent.removeprefix("#")

    @property
    def logo_version(self):
        return PurePath(self.logo.name or "").stem

    @classmethod
    def current(cls):
        return cls.objects.filter(pk=1).first() or cls(pk=1)
