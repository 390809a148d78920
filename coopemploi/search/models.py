from django.conf import settings
from django.db import connections, models
from django.db.models import F

from ..batches import batches
from ..publishing import Publishable, PublishableQuerySet
from .queries import Matches, fts5_query


class DocumentQuerySet(PublishableQuerySet):
    def of(self, model):
        return self.filter(model=model._meta.label_lower)

    @property
    def _is_fts5(self):
        return connections[self.db].vendor == "sqlite"

    def matching(self, clauses):
        """Documents that meet the clauses of a query: see `synonyms.read_query`."""
        if not clauses:
            return self.none()
        if self._is_fts5:
            return self.filter(full_text__match=fts5_query(clauses))
        return self.filter(Matches("full_text__vector", clauses))


class Document(models.Model):
    """What search and lists know of a record; a derived table.

    The full-text index over it (see `FullText`) is made by a migration and kept by the
    database itself.
    """

    model = models.CharField("modèle", max_length=60)
    object_id = models.PositiveBigIntegerField("identifiant")
    edition = models.PositiveBigIntegerField("édition", default=0)

    # Who may read it: the record's own, so that the rule of `publishing` applies as it is.
    status = models.CharField(
        "état de publication", max_length=10, default=Publishable.Status.DRAFT.value
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="créé par",
        on_delete=models.SET_NULL,  # as for the record
        null=True,
        db_index=False,
        related_name="+",
    )

    # What lists filter and sort by: "theme:mobilite dispositif:gpect lieu:1234".
    facets = models.TextField("facettes", default="")
    sort_name = models.TextField("clé de tri", default="")
    sort_date = models.CharField("date de tri", max_length=40, default="")

    prior = models.FloatField("vraisemblance", default=0)

    # What the page of results shows.
    title = models.TextField("titre", default="")
    kicker = models.TextField("surtitre", default="")
    url = models.TextField("adresse", default="")
    is_fictional = models.BooleanField("exemple fictif", default=False)

    # What is searched: tokens of the analyser, by weight; the text they come from is last,
    # so that what counts and ranks documents never reads it.
    a = models.TextField("racines du titre", default="")
    b = models.TextField("racines du résumé", default="")
    c = models.TextField("racines des vocabulaires et noms", default="")
    d = models.TextField("racines du texte", default="")
    text = models.TextField("texte", default="")

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
        indexes = [models.Index(fields=["model", "edition"], name="document_edition")]

    def __str__(self):
        return f"{self.model}:{self.object_id}"

    @property
    def is_published(self):
        return self.status == Publishable.Status.PUBLISHED

    @property
    def status_label(self):
        return Publishable.Status(self.status).label


class FullText(models.Model):
    """The full-text table of documents, kept true by triggers.

    SQLite's is an FTS5 table, that one asks through a column named as itself. That of
    PostgreSQL has a vector of the tokens of the title, and one of all. See `queries`.
    """

    document = models.OneToOneField(
        Document,
        on_delete=models.DO_NOTHING,  # a trigger of the database follows
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="full_text",
    )
    # "= 'query'" is FTS5's MATCH.
    match = models.TextField("recherche", db_column="search_index")
    vector = models.TextField("toutes les racines, avec leur poids")

    class Meta:
        managed = False
        db_table = "search_index"
        verbose_name = "texte intégral"
        verbose_name_plural = "textes intégraux"

    def __str__(self):
        return str(self.document_id)


class EditionQuerySet(models.QuerySet):
    def advance(self, model, *, whole=False):
        """The number of the next edition of a model's documents.

        Within a transaction: whoever writes documents of the same model waits for its
        end, so that editions are committed in order and a reader misses none.
        """
        written = self.filter(model=model)
        one_more = {"number": F("number") + 1, "reload": F("reload") + int(whole)}
        if not written.update(**one_more):
            # The very first, which two may write at once: one waits for the end of the other.
            self.bulk_create([self.model(model=model)], ignore_conflicts=True)
            written.update(**one_more)
        return written.values_list("number", flat=True).get()


class Edition(models.Model):
    """How many times a model's documents have changed: a reader knows what it missed.

    `reload` counts the changes that only a complete reading shows, such as a deletion.
    """

    model = models.CharField("modèle", max_length=60, primary_key=True)
    number = models.PositiveBigIntegerField("numéro", default=0)
    reload = models.PositiveBigIntegerField("relectures", default=0)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "édition"
        verbose_name_plural = "éditions"

    def __str__(self):
        return f"{self.model} {self.number}"


class WordQuerySet(models.QuerySet):
    def learn(self, counted):
        """Add what documents hold: {(normalised word, as written): how often}."""
        words = {}
        for (text, spelling), count in counted.items():
            word = words.setdefault(text, Word(text=text, spelling=spelling, frequency=0))
            word.frequency += count
        for batch in batches(words):
            for text, frequency in self.filter(text__in=batch).values_list("text", "frequency"):
                words[text].frequency += frequency
        self.bulk_create(
            words.values(),
            update_conflicts=True,
            unique_fields=["text"],
            update_fields=["frequency"],
            batch_size=500,
        )


class Word(models.Model):
    """A word of the documents, to guess what a misspelt one meant.

    Frequencies only decide between guesses: they grow with each change, and
    `rebuild_search` counts anew.
    """

    text = models.CharField("mot normalisé", max_length=60, primary_key=True)
    spelling = models.CharField("orthographe", max_length=60)
    frequency = models.PositiveIntegerField("fréquence", default=1)

    objects = WordQuerySet.as_manager()

    class Meta:
        verbose_name = "mot"
        verbose_name_plural = "mots"

    def __str__(self):
        return self.spelling
