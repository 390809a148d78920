import datetime
from collections import Counter

from django.conf import settings
from django.db import models
from django.utils import timezone

from .declarations import importations

KEPT_FOR = datetime.timedelta(days=30)


class ImportBatchQuerySet(models.QuerySet):
    def remembering(self, label, headers_key):
        """The last one of a model whose columns somebody chose, for these headers; or None."""
        chosen = self.filter(model=label, headers_key=headers_key)
        return chosen.exclude(state=ImportBatch.State.SENT).defer("table").first()

    def forget_files(self, at=None):
        """Erase what files held, a month after they were sent; return how many batches.

        The report stays, private values apart; what was never applied goes altogether.
        """
        old = self.filter(sent_at__lt=(at or timezone.now()) - KEPT_FOR)
        deleted = old.exclude(state__in=ImportBatch.WRITTEN).delete()[1]
        kept = old.exclude(table=None)
        for importation in importations.values():
            if importation.private:
                rows = ImportRow.objects.filter(batch__in=kept.filter(model=importation.label))
                rows.forget(importation.private)
        return deleted.get(ImportBatch._meta.label, 0) + kept.update(table=None)


class ImportBatch(models.Model):
    """A file that somebody sent, and what it did to the records of one model."""

    class State(models.TextChoices):
        SENT = "sent", "colonnes à vérifier"
        CHECKING = "checking", "vérification en cours"
        CHECKED = "checked", "à relire"
        APPLYING = "applying", "enregistrement en cours"
        APPLIED = "applied", "enregistré"
        TAKING_BACK = "taking_back", "retrait en cours"
        TAKEN_BACK = "taken_back", "retiré"

    WORKING = (State.CHECKING, State.APPLYING, State.TAKING_BACK)
    WRITTEN = (State.APPLIED, State.TAKING_BACK, State.TAKEN_BACK)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="envoyé par",
        on_delete=models.CASCADE,
        related_name="import_batches",
    )
    model = models.CharField("sorte de fiches", max_length=80)
    file_name = models.CharField("fichier", max_length=200)
    sent_at = models.DateTimeField("envoyé le", default=timezone.now)
    applied_at = models.DateTimeField("enregistré le", null=True, blank=True)
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.SENT)
    # Why the last work on it stopped, as its page says it.
    failure = models.CharField("échec", max_length=300, blank=True)
    # {"headers": [text], "rows": [[line, [text]]]}; None once forgotten.
    table = models.JSONField("contenu du fichier", null=True, blank=True)
    headers_key = models.CharField("empreinte des en-têtes", max_length=64)
    mapping = models.JSONField("colonnes reconnues", default=list, blank=True)
    # The same as the rules of that day guess it; empty of what was sent before it was kept.
    guessed = models.JSONField(
        "colonnes devinées",
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["user", "model"], name="import_batch_user_model")]

    def __str__(self):
        return f"{self.file_name} ({self.get_state_display()})"

    @property
    def size(self):
        """The number of rows."""
        return len(self.table["rows"]) if self.table else self.rows.count()

    @property
    def is_working(self):
        return self.state in self.WORKING

    def newly_proposed(self):
        """The places of the columns proposed here that the mapping remembered did not read."""
        others = ImportBatch.objects.exclude(pk=self.pk)
        before = others.remembering(self.model, self.headers_key)
        if before is None or self.state != self.State.SENT or self.failure:
            return set()
        pairs = enumerate(zip(self.mapping, before.mapping, strict=False))
        return {place for place, (name, other) in pairs if name and not other}

    def move(self, start, end, **values):
        """Go from the state `start` to `end`; False when another request went first."""
        values = {"state": end, "failure": "", **values}
        moved = ImportBatch.objects.filter(pk=self.pk, state=start).update(**values)
        if moved:
            for name, value in values.items():
                setattr(self, name, value)
        return bool(moved)

    def counts(self):
        """{state of rows: number}, of every state."""
        found = dict(self.rows.order_by().values_list("state").annotate(models.Count("pk")))
        return {state: found.get(state, 0) for state in ImportRow.State}


class ImportRowQuerySet(models.QuerySet):
    def refusing_columns(self):
        """[(label of a column, how many of the refused rows it refuses)], the most first."""
        refused = self.filter(state=ImportRow.State.REFUSED).values_list("problems", flat=True)
        labels = Counter(
            label for problems in refused for label in {label for label, _ in problems if label}
        )
        return labels.most_common()

    def unread_lines(self):
        """The lines that say no record: see `totals`."""
        unread = self.filter(state=ImportRow.State.UNREAD).order_by("line")
        return list(unread.values_list("line", flat=True))

    def remarked(self):
        """Those that are written, or would be, and of which something is to be read again."""
        state, outcome = ImportRow.State, ImportRow.Outcome
        return self.filter(
            state__in=(state.CREATED, state.CHANGED, state.UNCHANGED),
            outcome__in=("", outcome.WRITTEN),
        ).exclude(problems=[])

    def keeping(self):
        """Those of an import taken back that keep something, be it one field."""
        outcome = ImportRow.Outcome
        partly = models.Q(outcome=outcome.TAKEN_BACK) & ~models.Q(problems=[])
        return self.filter(models.Q(outcome=outcome.KEPT) | partly)

    def forget(self, names):
        """Erase the values, before and after, of the columns `names`."""
        changed = []
        for row in self.only("changes").iterator():
            if row.changes.keys() & set(names):
                row.changes = {key: row.changes[key] for key in row.changes.keys() - set(names)}
                changed.append(row)
        self.model.objects.bulk_update(changed, ["changes"], batch_size=100)


class ImportRow(models.Model):
    """A row of a file, what it says of a record, and what became of it."""

    class State(models.TextChoices):
        CREATED = "created", "à créer"
        CHANGED = "changed", "à modifier"
        UNCHANGED = "unchanged", "sans changement"
        DUPLICATE = "duplicate", "doublon probable"
        REFUSED = "refused", "refusée"
        UNREAD = "unread", "non lue"

    class Outcome(models.TextChoices):
        WRITTEN = "written", "enregistrée"
        TAKEN_BACK = "taken_back", "annulée"
        KEPT = "kept", "gardée"

    batch = models.ForeignKey(
        ImportBatch, verbose_name="import", on_delete=models.CASCADE, related_name="rows"
    )
    line = models.PositiveIntegerField("ligne")
    state = models.CharField("état", max_length=10, choices=State.choices)
    outcome = models.CharField("suite", max_length=10, choices=Outcome.choices, blank=True)
    is_wanted = models.BooleanField("à créer malgré tout", default=False)
    record_key = models.BigIntegerField("fiche", null=True, blank=True)
    # When the record was last saved by this import, for those that date it.
    written_at = models.DateTimeField("écrite le", null=True, blank=True)
    # What a record created was left as, digested: it may hold what is private.
    fingerprint = models.CharField(
        "empreinte de la fiche", max_length=64, blank=True, default="", db_default=""
    )
    label = models.CharField("nom de la fiche", max_length=300, blank=True)
    # {name of column: [stored before, stored after, shown before, shown after]}
    changes = models.JSONField("différences", default=dict, blank=True)
    # {name of column: [what the links removed say, by the names of their fields]}
    removed_links = models.JSONField(
        "liens retirés", default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    # [[label of column or "", message]]
    problems = models.JSONField("problèmes", default=list, blank=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne d'un import"
        verbose_name_plural = "lignes d'un import"
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "line"],
                name="import_row_line_unique",
                violation_error_message="Cette ligne est déjà dans cet import.",
            )
        ]
        indexes = [models.Index(fields=["batch", "state"], name="import_row_batch_state")]

    def __str__(self):
        return f"Ligne {self.line} : {self.label or self.get_state_display()}"
