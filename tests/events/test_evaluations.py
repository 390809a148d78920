"""Evaluations: one right a link, answers that nobody can trace, results with their base."""

import re

import pytest
from django.apps import apps
from django.urls import reverse
from post_office.models import Email

from coopemploi.mail.models import Refusal
from events.evaluations import services
from events.evaluations.results import remarks_of, results_of
from events.models import Evaluation, Question, Remark, SpentLink, Tally
from tests.factories import (
    EvaluationFactory,
    EvaluationResultFactory,
    EventFactory,
    MandateFactory,
    QuestionFactory,
    RefusalFactory,
    RegistrationFactory,
    RemarkFactory,
    TallyFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

Kind = Question.Kind


def path_of(link):
    return re.sub(r"^https?://[^/]+", "", link)


def a_link(evaluation):
    [link] = services.anonymous_links(evaluation, 1)
    return path_of(link)


def ask(evaluation, kind, text="", options=()):
    return QuestionFactory(
        evaluation=evaluation, kind=kind, options=list(options), **({"text": text} if text else {})
    )


def name(question):
    return f"question-{question.pk}"


def results_page(evaluation):
    return reverse("admin:events_evaluation_results", args=[evaluation.pk])


# Answering


def test_reading_the_link_writes_nothing(client):
    question = QuestionFactory(text="Utile ?")
    link = a_link(question.evaluation)

    response = client.get(link)

    assert response.status_code == 200
    assert "Utile ?" in response.text
    assert not SpentLink.objects.exists()


@pytest.mark.parametrize("kind", [Kind.FREE_TEXT, Kind.YES_NO])
def test_page_says_that_words_are_kept_where_it_asks_for_some(client, kind):
    question = QuestionFactory(kind=kind)

    said = client.get(a_link(question.evaluation)).text

    is_kept = kind == Kind.FREE_TEXT
    assert ("Ce que vous écrivez avec vos mots est gardé tel quel" in said) == is_kept
    assert ("<p>Le site ne garde pas votre réponse" in said) != is_kept


def test_each_kind_of_answer_is_counted(client):
    evaluation = EvaluationFactory()
    scale, yes = ask(evaluation, Kind.SCALE), ask(evaluation, Kind.YES_NO)
    choice = ask(evaluation, Kind.CHOICE, options=["matin", "soir"])
    free = ask(evaluation, Kind.FREE_TEXT)
    answers = {name(scale): "4", name(yes): "oui", name(choice): "soir", name(free): "Merci 🌻"}

    response = client.post(a_link(evaluation), answers)

    assert response.status_code == 200
    assert "Merci, c'est compté" in response.text
    counts = {tally.question: (tally.value, tally.count) for tally in Tally.objects.all()}
    assert counts == {scale: ("4", 1), yes: ("oui", 1), choice: ("soir", 1)}
    assert [remark.text for remark in free.remarks.all()] == ["Merci 🌻"]


def test_a_link_serves_once(client):
    question = QuestionFactory()
    link = a_link(question.evaluation)
    client.post(link, {name(question): "oui"})

    assert client.get(link).status_code == 410
    assert client.post(link, {name(question): "non"}).status_code == 410
    assert Tally.objects.get().value == "oui"
    _, right = services.LINK.read(link.rstrip("/").rpartition("/")[-1])
    with pytest.raises(services.SpentError):  # two tabs at once
        services.answer(question.evaluation, right, {question: "non"})


def test_two_links_are_two_answers(client):
    question = QuestionFactory()
    for _ in range(2):
        client.post(a_link(question.evaluation), {name(question): "oui"})

    assert Tally.objects.get().count == 2


@pytest.mark.parametrize("sent", [{}, {"question": "peut-être"}, {"free": "x" * 1001}])
def test_bad_answers_keep_the_right(client, sent):
    evaluation = EvaluationFactory()
    yes, free = ask(evaluation, Kind.YES_NO), ask(evaluation, Kind.FREE_TEXT)
    names = {"question": name(yes), "free": name(free)}
    link = a_link(evaluation)

    response = client.post(link, {names[key]: value for key, value in sent.items()})

    assert response.status_code == 400
    assert "Votre réponse n'est pas partie" in response.text
    assert not SpentLink.objects.exists()
    assert client.post(link, {name(yes): "oui"}).status_code == 200


def test_closed_evaluation_takes_no_answer(client):
    question = QuestionFactory(evaluation__is_open=False)
    link = a_link(question.evaluation)

    assert client.get(link).status_code == 410
    assert client.post(link, {name(question): "oui"}).status_code == 410
    assert not Tally.objects.exists()


@pytest.mark.parametrize("is_late", [True, False])
def test_what_was_written_in_an_evaluation_closed_meanwhile_is_given_back(
    client, monkeypatch, is_late
):
    question = QuestionFactory(kind=Kind.FREE_TEXT, text="Et la suite ?")
    link = a_link(question.evaluation)

    def close(*args):
        Evaluation.objects.update(is_open=False)
        return False

    if is_late:
        close()
    else:  # closed between the page and the lock
        monkeypatch.setattr(services, "is_spent", close)

    response = client.post(link, {name(question): "Un atelier par mois."})

    assert response.status_code == 410
    assert "Votre envoi n'est pas arrivé" in response.text
    assert response.context["written"] == [("Et la suite ?", "Un atelier par mois.")]
    assert not Remark.objects.exists()


@pytest.mark.parametrize("is_late", [True, False])
def test_what_was_written_in_an_evaluation_deleted_meanwhile_is_given_back(
    client, monkeypatch, is_late
):
    question = QuestionFactory(kind=Kind.FREE_TEXT, text="Et la suite ?")
    other = QuestionFactory(kind=Kind.FREE_TEXT, text="D'une autre évaluation")
    link, sent = a_link(question.evaluation), {name(question): "Un atelier.", name(other): "Rien"}

    def delete(*args):
        question.evaluation.delete()
        return False

    if is_late:
        delete()
    else:  # deleted between the page and the lock
        monkeypatch.setattr(services, "is_spent", delete)

    response = client.post(link, sent)

    assert response.status_code == 410
    assert response.context["written"] == [("Et la suite ?", "Un atelier.")]
    assert client.get(link).status_code == 410


@pytest.mark.parametrize(("answer", "status"), [("4", 200), ("", 400)])
def test_what_was_written_to_a_question_removed_meanwhile_is_given_back(client, answer, status):
    evaluation = EvaluationFactory()
    kept = ask(evaluation, Kind.SCALE)
    removed, scale = ask(evaluation, Kind.FREE_TEXT, "Et la suite ?"), ask(evaluation, Kind.SCALE)
    other = QuestionFactory(kind=Kind.FREE_TEXT, text="D'une autre évaluation")
    link = a_link(evaluation)
    sent = {name(kept): answer, name(removed): "Un atelier.", name(scale): "2", name(other): "Rien"}
    removed.delete()
    scale.delete()

    response = client.post(link, {**sent, "question-٣": "x", f"question-{'9' * 40}": "x"})

    assert response.status_code == status
    assert response.context["unasked"] == [("Et la suite ?", "Un atelier.")]
    assert "Un atelier." in response.text
    assert Tally.objects.count() == (1 if answer else 0)


@pytest.mark.parametrize("is_late", [True, False])
def test_closed_it_gives_back_what_was_written_to_a_question_removed_too(
    client, monkeypatch, is_late
):
    evaluation = EvaluationFactory()
    kept, removed = (ask(evaluation, Kind.FREE_TEXT, text) for text in ("Quoi ?", "Et ?"))
    link = a_link(evaluation)
    sent = {name(kept): "Un atelier.", name(removed): "Une visite."}
    removed.delete()

    def close(*args):
        Evaluation.objects.update(is_open=False)
        return False

    if is_late:
        close()
    else:  # closed between the page and the lock
        monkeypatch.setattr(services, "is_spent", close)

    response = client.post(link, sent)

    assert response.status_code == 410
    assert response.context["written"] == [("Quoi ?", "Un atelier."), ("Et ?", "Une visite.")]


def test_forged_link_and_link_of_another_evaluation_open_nothing(client):
    question, other = QuestionFactory(), QuestionFactory()
    link = a_link(other.evaluation)

    assert client.post(f"{link[:-3]}xx/", {name(question): "oui"}).status_code == 404
    assert client.post(link, {name(question): "oui"}).status_code == 400
    assert not Tally.objects.exists()


# Anonymity


def test_nothing_kept_tells_who_answered_what():
    """All the rows that one answer writes, and what each says."""
    evaluation = EvaluationFactory()
    yes, free = ask(evaluation, Kind.YES_NO), ask(evaluation, Kind.FREE_TEXT)
    link = services.link_for_address(evaluation, "camille@example.org")
    _, right = services.LINK.read(link.rstrip("/").rpartition("/")[-1])
    before = {model: model._base_manager.count() for model in apps.get_models()}

    services.answer(evaluation, right, {yes: "oui", free: "Plus long"})

    written = {model for model in apps.get_models() if model._base_manager.count() != before[model]}
    assert written == {SpentLink, Tally, Remark}
    fields = {model: {field.name for field in model._meta.fields} for model in written}
    assert fields == {
        SpentLink: {"digest", "evaluation"},
        Tally: {"id", "question", "value", "count"},
        Remark: {"id", "question", "text"},
    }
    assert right not in SpentLink.objects.get().digest


def test_texts_are_written_anew_in_no_order(monkeypatch):
    free = RemarkFactory(text="première").question
    key = Remark.objects.get().pk
    drawn = []
    monkeypatch.setattr("random.SystemRandom.shuffle", lambda self, texts: drawn.extend(texts))

    services.answer(free.evaluation, "un droit", {free: "seconde"})

    assert drawn == ["première", "seconde"]
    assert not Remark.objects.filter(pk=key).exists()
    assert {remark.text for remark in free.remarks.all()} == {"première", "seconde"}


def test_one_address_has_one_link_whatever_its_case():
    evaluation, other = EvaluationFactory(), EvaluationFactory()

    def right(evaluation, address):
        link = services.link_for_address(evaluation, address)
        return services.LINK.read(link.rstrip("/").rpartition("/")[-1])[1]

    assert right(evaluation, "A@example.org") == right(evaluation, " a@example.org ")
    assert right(evaluation, "a@example.org") != right(evaluation, "b@example.org")
    assert right(evaluation, "a@example.org") != right(other, "a@example.org")


# Results


def test_results_say_their_base():
    evaluation = EvaluationFactory()
    yes, scale = ask(evaluation, Kind.YES_NO), ask(evaluation, Kind.SCALE)
    TallyFactory(question=yes, value="oui", count=10)
    TallyFactory(question=yes, value="non", count=15)
    TallyFactory(question=scale, value="5", count=4)
    TallyFactory(question=scale, value="2", count=1)

    first, second = results_of(evaluation)

    assert (first.headline, first.said) == ("40\N{NO-BREAK SPACE}%", "des 25 répondants : oui")
    assert (second.headline, second.said) == ("4,4 sur 5", "note moyenne des 5 répondants")
    assert [share.percent for share in second.shares] == [0, 20, 0, 0, 80]


def test_under_five_answers_nothing_is_said_anywhere(client, animateur_client):
    event = EventFactory()
    question = QuestionFactory(evaluation__event=event, text="Utile ?")
    TallyFactory(question=question, count=4)
    for number in range(4):
        RemarkFactory(
            question__evaluation=question.evaluation,
            question__text=f"Libre {number}",
            text=f"SECRET {number}",
        )

    assert results_of(question.evaluation) == []
    assert remarks_of(question.evaluation) == []
    page = animateur_client.get(results_page(question.evaluation)).text
    assert "SECRET" not in page
    assert "100 %" not in page
    assert "Utile ?" not in client.get(event.get_absolute_url()).text


def test_results_flow_into_the_page_of_the_event_beside_the_declared(client):
    event = EventFactory()
    question = QuestionFactory(evaluation__event=event, text="Y trouver un appui ?")
    TallyFactory(question=question, value="oui", count=10)
    TallyFactory(question=question, value="non", count=15)
    EvaluationResultFactory(event=event, label="contents de leur journée")

    text = client.get(event.get_absolute_url()).text

    assert "Y trouver un appui ?" in text
    assert "des 25 répondants : oui" in text
    assert "contents de leur journée" in text
    assert "résultat déclaré" in text


def test_results_kept_from_the_public_and_texts_always(client):
    event = EventFactory()
    evaluation = EvaluationFactory(event=event, shows_results=False)
    TallyFactory(question=ask(evaluation, Kind.YES_NO, "GARDÉE ?"), count=9)
    shown = EvaluationFactory()
    free = ask(shown, Kind.FREE_TEXT)
    for number in range(6):
        RemarkFactory(question=free, text=f"SECRET {number}")

    for private, of in (("GARDÉE", event), ("SECRET", shown.event)):
        text = client.get(of.get_absolute_url()).text
        assert of.title in text
        assert private not in text


def test_answered_question_does_not_change_its_meaning():
    question = TallyFactory().question
    question.text = "Autre chose ?"

    with pytest.raises(Exception, match="déjà des réponses"):
        question.full_clean()


# The animateur's pages


def test_evaluation_without_question_gets_the_usual_two(animateur_client):
    event = EventFactory()
    form = {"event": event.pk, "is_open": "on", "shows_results": "on"}
    form |= {"questions-TOTAL_FORMS": 0, "questions-INITIAL_FORMS": 0}

    response = animateur_client.post(reverse("admin:events_evaluation_add"), form)

    evaluation = Evaluation.objects.get()
    assert [question.kind for question in evaluation.questions.all()] == [Kind.SCALE, Kind.YES_NO]
    assert response.url == results_page(evaluation)  # where its links are to send
    change = reverse("admin:events_evaluation_change", args=[evaluation.pk])
    numbers = {"questions-TOTAL_FORMS": 2, "questions-INITIAL_FORMS": 2}
    for number, question in enumerate(evaluation.questions.all()):
        for name in ("id", "evaluation_id", "kind", "order", "text", "options"):
            value = getattr(question, name)
            numbers[f"questions-{number}-{name.removesuffix('_id')}"] = value or ""
    assert animateur_client.post(change, {**form, **numbers}).url == results_page(evaluation)


def test_addresses_are_sent_their_link_and_not_kept(animateur_client):
    evaluation = QuestionFactory().evaluation
    RefusalFactory(address="non@example.org", topic=Refusal.Topic.EVALUATION)
    pasted = "Camille <camille@example.org>; B@example.org\nb@example.org, non@example.org"

    response = animateur_client.post(results_page(evaluation), {"addresses": pasted})

    assert response.status_code == 302
    emails = Email.objects.all()
    assert sorted(address for email in emails for address in email.to) == [
        "b@example.org",
        "camille@example.org",
    ]
    link = path_of(re.search(r"https?://\S+/evaluations/\S+", emails[0].message)[0])
    assert animateur_client.get(link).status_code == 200


@pytest.mark.parametrize("pasted", ["", "personne", "camille@", "a@example.org, b@@example.org"])
def test_wrong_addresses_send_nothing(animateur_client, pasted):
    evaluation = QuestionFactory().evaluation

    response = animateur_client.post(results_page(evaluation), {"addresses": pasted})

    assert response.status_code == 422
    assert not Email.objects.exists()


def test_links_to_print_open_the_evaluation(animateur_client):
    evaluation = QuestionFactory().evaluation

    response = animateur_client.post(results_page(evaluation), {"count": "3"})

    links = response.context["links"]
    assert len(set(links)) == 3
    assert animateur_client.get(path_of(links[0])).status_code == 200
    assert animateur_client.post(results_page(evaluation), {"count": "301"}).status_code == 422


def test_those_marked_present_are_sent_their_link(animateur_client):
    evaluation = QuestionFactory().evaluation
    RegistrationFactory(event=evaluation.event, email="la@example.org", presence="present")
    RegistrationFactory(event=evaluation.event, email="absent@example.org")

    animateur_client.post(results_page(evaluation), {"presents": "Envoyer aux présents"})

    assert [email.to for email in Email.objects.all()] == [["la@example.org"]]


def test_event_leads_to_its_evaluation_or_begins_it(animateur_client):
    evaluation, event = EvaluationFactory(), EventFactory()

    known = animateur_client.get(
        reverse("admin:events_evaluation_of_event", args=[evaluation.event.pk])
    )
    begun = animateur_client.get(reverse("admin:events_evaluation_of_event", args=[event.pk]))

    assert known.url == results_page(evaluation)
    assert begun.url == f"{reverse('admin:events_evaluation_add')}?event={event.pk}"


def test_texts_are_read_only_by_who_may_change_the_evaluation(client):
    event = EventFactory(town=TerritoryFactory())
    free = ask(EvaluationFactory(event=event), Kind.FREE_TEXT)
    for number in range(6):
        RemarkFactory(question=free, text=f"À LIRE {number}")
    near = MandateFactory(territory=event.town).user
    far = MandateFactory().user

    for user, sees in ((near, True), (far, False)):
        client.force_login(user)
        page = client.get(results_page(free.evaluation))
        assert page.status_code == 200
        assert ("À LIRE" in page.text) is sees
