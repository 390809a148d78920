import uuid

from django.core.exceptions import ValidationError
from django.db import models

from coopemploi.fields import LinesField
from coopemploi.figures import KeyFigure
from coopemploi.sources.models import Sourced

from .event import Event


class EvaluationResult(KeyFigure, Sourced):
    """A result of an event's evaluation: a share of those who answered.

    Declared when the document only gives the result; the base may then be unknown.
    """

    event = models.ForeignKey(
        Event,
        verbose_name="rencontre",
        on_delete=models.CASCADE,
        related_name="evaluation_results",
    )
    base = models.PositiveIntegerField(
        "nombre de répondants", null=True, blank=True, help_text="Vide s'il n'est pas connu."
    )
    base_label = models.CharField(
        "qui a répondu", max_length=100, blank=True, help_text="« personnes présentes »"
    )
    is_declared = models.BooleanField(
        "déclaré par la source",
        default=True,
        help_text="Le site n'a pas les réponses : il répète le résultat annoncé.",
    )

    class Meta(KeyFigure.Meta):
        verbose_name = "résultat d'évaluation"
        verbose_name_plural = "résultats d'évaluation"


class Evaluation(models.Model):
    """What an event's participants are asked, each once, without their name.

    No answer is kept: a closed question keeps how often each answer was given, an open one
    its texts in no order. See docs/evaluation.md.
    """

    event = models.OneToOneField(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="evaluation"
    )
    is_open = models.BooleanField(
        "ouverte aux réponses", default=True, help_text="Fermée, ses liens n'ouvrent plus rien."
    )
    shows_results = models.BooleanField(
        "résultats publics",
        default=True,
        help_text="Sur la page de la rencontre, dès cinq réponses ; jamais les réponses libres.",
    )

    class Meta:
        verbose_name = "évaluation"
        verbose_name_plural = "évaluations"
        ordering = ["-pk"]

    def __str__(self):
        return f"Évaluation : {self.event}"

    def come_back(self):
        """Close what comes back from the bin; return why, in French."""
        self.is_open = False
        return "Elle revient fermée : les liens qui ont déjà servi serviraient une seconde fois."

    def ask_usual_questions(self):
        """The ready-made set of two, for whoever has no question of their own."""
        self.questions.create(
            kind=Question.Kind.SCALE, text="Cette rencontre vous a-t-elle été utile ?", order=1
        )
        self.questions.create(
            kind=Question.Kind.YES_NO,
            text="Y avez-vous trouvé avec qui, ou comment, avancer ?",
            order=2,
        )


class Question(models.Model):
    class Kind(models.TextChoices):
        SCALE = "scale", "note de 1 à 5"
        YES_NO = "yes_no", "oui ou non"
        CHOICE = "choice", "choix dans une liste"
        FREE_TEXT = "free_text", "texte libre"

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.CASCADE, related_name="questions"
    )
    kind = models.CharField("type de réponse", max_length=10, choices=Kind.choices)
    text = models.CharField("question", max_length=250)
    options = LinesField("choix proposés", help_text="Un par ligne, pour un choix dans une liste.")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "question"
        verbose_name_plural = "questions"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text

    @property
    def answers(self):
        """What may be answered, as (value, label); nothing for a text."""
        match self.kind:
            case self.Kind.SCALE:
                return [(str(number), str(number)) for number in range(1, 6)]
            case self.Kind.YES_NO:
                return [("oui", "oui"), ("non", "non")]
            case self.Kind.CHOICE:
                return [(option, option) for option in self.options]
        return []

    def clean(self):
        if self.kind == self.Kind.CHOICE and len(set(self.options)) < 2:
            raise ValidationError(
                {"options": "Proposez au moins deux choix différents, un par ligne."},
                code="too_few_options",
            )
        if any(len(option) > Tally.LONGEST for option in self.options):
            raise ValidationError(
                {"options": f"Un choix tient en {Tally.LONGEST} caractères."}, code="too_long"
            )
        if self.pk and self._has_changed() and self.is_answered:
            raise ValidationError(
                "Cette question a déjà des réponses : la changer changerait leur sens. "
                "Ajoutez plutôt une autre question.",
                code="answered",
            )

    @property
    def is_answered(self):
        return self.tallies.exists() or self.remarks.exists()

    def _has_changed(self):
        before = Question.objects.filter(pk=self.pk).first()
        return before is not None and any(  # a row that comes back has a key, and no row yet
            getattr(before, name) != getattr(self, name) for name in ("kind", "text", "options")
        )


class Tally(models.Model):
    """How often a question was answered so: all that is kept of its answers."""

    LONGEST = 150

    question = models.ForeignKey(
        Question, verbose_name="question", on_delete=models.CASCADE, related_name="tallies"
    )
    value = models.CharField("réponse", max_length=LONGEST)
    count = models.PositiveIntegerField("nombre", default=0)

    class Meta:
        verbose_name = "compte de réponses"
        verbose_name_plural = "comptes de réponses"
        ordering = ["question", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "value"],
                name="tally_once",
                violation_error_message="Cette réponse est déjà comptée.",
            )
        ]

    def __str__(self):
        return f"{self.value} : {self.count}"


class Remark(models.Model):
    """A text somebody answered; its key says nothing of when, nor of who said what else."""

    id = models.UUIDField("clé", primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(
        Question, verbose_name="question", on_delete=models.CASCADE, related_name="remarks"
    )
    text = models.TextField("réponse", max_length=1000)

    class Meta:
        verbose_name = "réponse libre"
        verbose_name_plural = "réponses libres"
        ordering = ["pk"]  # random, on purpose

    def __str__(self):
        return self.text


class SpentLink(models.Model):
    """That a link has served: a digest, from which nobody finds the link again."""

    digest = models.CharField("empreinte", max_length=64, primary_key=True)
    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.CASCADE, related_name="spent_links"
    )

    class Meta:
        verbose_name = "lien utilisé"
        verbose_name_plural = "liens utilisés"
        ordering = ["pk"]

    def __str__(self):
        return self.digest[:8]
