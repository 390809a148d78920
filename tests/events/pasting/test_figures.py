"""The figures and the results of a pasted text."""

import pytest

from events.models import Recap

from .pages import ACTORS, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_figure_told_twice_is_ticked_once(animateur_client, event):
    response = propose(animateur_client, event, ACTORS)

    kept = [(int(value), keep) for value, keep in values(response, "figures", "value", "keep")]
    assert kept == [(80, True), (3, True), (80, False), (3, True)]


def test_results_of_an_evaluation_are_no_key_figures(animateur_client, event):
    text = "Retour\n\nQuestionnaire : 40 % des 25 répondants veulent revenir. 6 % de chômage."

    response = propose(animateur_client, event, text)

    names = ("value", "label", "base", "base_label", "keep")
    assert values(response, "results", *names) == [(40, "veulent revenir", 25, "répondants", True)]
    animateur_client.post(page(event), sent_again(response))
    [result] = event.evaluation_results.all()
    assert (result.value, result.label, result.base) == (40, "veulent revenir", 25)
    assert result.is_declared
    assert result.source == Recap.objects.get().source
    assert [figure.value for figure in event.figures.all()] == [6]
    again = propose(animateur_client, event, text)
    assert values(again, "results", "keep") == [(False,)]
