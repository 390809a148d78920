"""What answers a query, the best first.

The database finds and weighs; the first documents are then told apart by what it does not
see: a title that is what was typed, or holds all of it. Both databases thus agree on them.
"""

from .analysis import clauses_met
from .models import Document
from .text import normalise

# How many documents are told apart, per model.
CLOSELY_READ = 60

WHOLE_TITLE, BEGINNING, IN_TITLE = 2.0, 0.4, 1.0
PRIOR = 0.5


def ranked_pks(model, clauses, query):
    """The keys of the records of `model` that meet all the clauses, the best first."""
    documents = Document.objects.of(model)
    found = list(documents.ranked(clauses).values_list("object_id", "relevance"))
    relevances = dict(found[:CLOSELY_READ])
    first = list(
        documents.filter(object_id__in=relevances).only("object_id", "title", "a", "prior")
    )
    for document in first:
        document.relevance = relevances[document.object_id]
    scores = scores_of(first, clauses, query)
    told_apart = sorted(scores, key=lambda document: (-scores[document], document.pk))
    return [
        *(document.object_id for document in told_apart),
        *(pk for pk, _ in found[CLOSELY_READ:]),
    ]


def scores_of(documents, clauses, query):
    """{document: how well it answers} of documents with their `relevance`."""
    best = max((document.relevance for document in documents), default=0) or 1
    return {
        document: closeness(document, clauses, query) + document.relevance / best
        for document in documents
    }


def closeness(document, clauses, query):
    """How well its title answers: all of it, its beginning, the share of words it holds."""
    asked, title = normalise(query), normalise(document.title)
    score = IN_TITLE * clauses_met(clauses, document.a.split()) / len(clauses)
    if title == asked:
        score += WHOLE_TITLE
    elif title.startswith(asked):
        score += BEGINNING
    return score + PRIOR * document.prior
