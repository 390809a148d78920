from django.db import models

from .queries import Found, Relevance


class DocumentQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(model=model._meta.label_lower)

    def matching(self, clauses):
        """Documents that meet the clauses of a query: see `synonyms.read_query`."""
        return self.filter(Found("pk", clauses)) if clauses else self.none()

    def ranked(self, clauses):
        """The same with their `relevance`, the best first."""
        found = self.matching(clauses)
        if not clauses:
            return found
        return found.annotate(relevance=Relevance("pk", clauses)).order_by("-relevance", "pk")


class Document(models.Model):
    """A record's searchable tokens, by weight; a derived table.

    The full-text index over it (an FTS5 table on SQLite, a generated tsvector on
    PostgreSQL) is made by a migration and kept by the database itself.
    """

    model = models.CharField("modèle", max_length=60)
    object_id = models.PositiveBigIntegerField("identifiant")
    a = models.TextField("titre", default="")
    b = models.TextField("résumé", default="")
    c = models.TextField("vocabulaires et noms", default="")
    d = models.TextField("texte", default="")

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
