"""Made-up answers to the evaluation of a made-up meeting: what the site counts by itself."""

from events.models import Evaluation, Event, SpentLink, Tally

MEETING = "atelier-covoiturage-novembre-2026-exemple-fictif"
# Of each of the two usual questions, how often each answer was given.
ANSWERS = [{"3": 2, "4": 9, "5": 7}, {"oui": 14, "non": 4}]


def load_evaluation():
    """Close the evaluation of the meeting on its answers; nothing when it is not there."""
    event = Event.objects.filter(slug=MEETING).first()
    if event is None:
        return
    evaluation, created = Evaluation.objects.get_or_create(event=event, defaults={"is_open": False})
    if created:
        evaluation.ask_usual_questions()
    # As many links have served as there are answers to the first question.
    links = [f"{MEETING} {number}" for number in range(sum(ANSWERS[0].values()))]
    SpentLink.objects.bulk_create(
        [SpentLink(digest=link, evaluation=evaluation) for link in links], ignore_conflicts=True
    )
    for question, counts in zip(evaluation.questions.all(), ANSWERS, strict=False):
        for value, count in counts.items():
            Tally.objects.update_or_create(
                question=question, value=value, defaults={"count": count}
            )
