from django.db import models

from .documents import EXTENSIONS

UNDER_MEDIA = "contenus/"


class Picture(models.Model):
    """A picture of its owner, at three widths; concrete models add the owner."""

    small = models.FileField("petite", upload_to=UNDER_MEDIA, editable=False)
    medium = models.FileField("moyenne", upload_to=UNDER_MEDIA, editable=False)
    large = models.FileField("grande", upload_to=UNDER_MEDIA, editable=False)
    width = models.PositiveIntegerField("largeur", editable=False)
    height = models.PositiveIntegerField("hauteur", editable=False)
    alternative = models.CharField(
        "texte alternatif",
        max_length=250,
        help_text="Ce que montre l'image, pour qui ne la voit pas.",
    )
    caption = models.CharField("légende", max_length=250, blank=True)
    credit = models.CharField("crédit", max_length=150, blank=True, help_text="« Photo : … »")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def __str__(self):
        return self.alternative

    def hold(self, drawn):
        """Take the files of a picture drawn anew."""
        for which, file in drawn.files.items():
            setattr(self, which, file)
        self.width, self.height = drawn.width, drawn.height


class Document(models.Model):
    """A document of its owner, to download; concrete models add the owner."""

    title = models.CharField("titre", max_length=200)
    file = models.FileField("fichier", upload_to=UNDER_MEDIA, editable=False)
    media_type = models.CharField("type de fichier", max_length=100, editable=False)
    size = models.PositiveIntegerField("taille en octets", editable=False)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title

    @property
    def extension(self):
        return EXTENSIONS.get(self.media_type, "")
