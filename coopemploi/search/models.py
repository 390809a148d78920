from django.db import models

from .text import normalise


class DocumentQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(model=model._meta.label_lower)

    def matching(self, query):
        """Documents that hold every word of `query`, whole or begun."""
        documents = self
        for word in normalise(query).split():
            documents = documents.filter(text__contains=f" {word}")
        return documents


class Document(models.Model):
    """A record's searchable text, normalised; a derived table."""

    model = models.CharField("modèle", max_length=60)
    object_id = models.PositiveBigIntegerField("identifiant")
    text = models.TextField("texte")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_id"],
                name="document_one_per_record",
                violation_error_message="Ce document est déjà indexé.",
            )
        ]

    def __str__(self):
        return f"{self.model}:{self.object_id}"
