"""What answers a query, the best first.

The database finds and weighs; the first documents are then told apart by what it does not
see: a title that is what was typed, or holds all of it. Both databases thus agree on them.

A word that very many records hold says little of any: only those with one of the words in
their title are then weighed, by their title, which costs about the same at any scale.
"""

from heapq import nlargest

from ..gathering import gathered
from .analysis import clauses_met
from .catalogue import VISITOR, bits_at
from .models import Document
from .queries import matching_documents, titled, weighed
from .text import normalise

# How many documents are told apart, per model.
CLOSELY_READ = 40
# How many are weighed by all their text, per model.
MOST_WEIGHED = 500

WHOLE_TITLE, BEGINNING, IN_TITLE = 2.0, 0.4, 1.0
PRIOR = 0.5


class Ranked:
    """The records of a catalogue that answer a query, drafts included.

    First those that are told apart, then the latest recorded.
    """

    def __init__(self, catalogue, clauses, query):
        found = matching_documents(clauses, catalogue.key)
        best = in_order(best_of(found, clauses, query))
        numbers = catalogue.numbers_of(document.object_id for document in best)
        self.catalogue = catalogue
        self.first = dict.fromkeys(numbers)
        self.records = bits_at(catalogue.numbers_of_documents(found.get(catalogue.key, ())))

    def __iter__(self):
        """Numbers in order, one at a time: all of those that answer, among others."""
        yield from self.first
        yield from (n for n in self.catalogue.latest_recorded() if n not in self.first)


def best_of(found, clauses, query, wished=None):
    """{document: how well it answers} of the best documents of each model.

    `found` are documents that meet the clauses, by model: see `matching_documents`.
    `wished` clauses rank, when those that find are wider.
    """
    few = {key: documents for key, documents in found.items() if len(documents) <= MOST_WEIGHED}
    many = [key for key in found if key not in few]
    relevances = weighed(clauses, few)
    by_title = titled([any_of(clauses)], many)
    relevances |= {pk: relevance for key in many for pk, relevance in by_title[key].items()}
    best = []
    for key, documents in found.items():
        known = [pk for pk in documents if pk in relevances]
        known.sort(key=lambda pk: (-relevances[pk], pk))
        if key in many and len(known) < CLOSELY_READ:
            known += nlargest(CLOSELY_READ, set(documents) - set(known))
        best += known[:CLOSELY_READ]
    return scored(best, relevances, wished or clauses, query)


def any_of(clauses):
    """The clause that any of the `clauses` meets."""
    return tuple(dict.fromkeys(sum(clauses, ())))


def scored(pks, relevances, clauses, query):
    """{document: how well it answers} of the documents `pks`, in their order."""
    documents = {each.pk: each for each in told(VISITOR, pks=list(pks))} if pks else {}
    best = max((relevances.get(pk, 0) for pk in pks), default=0) or 1
    return {
        documents[pk]: closeness(documents[pk], clauses, query) + relevances.get(pk, 0) / best
        for pk in pks
        if pk in documents  # still
    }


@gathered(pks=[int])
def told(user, pks):
    """What results say of documents, and what ranks them; texts apart, that are long."""
    documents = Document.objects.filter(pk__in=pks)
    return documents.defer("b", "c", "d", "text", "facets", "edition", "sort_name", "sort_date")


def in_order(scores):
    return sorted(scores, key=scores.get, reverse=True)


def closeness(document, clauses, query):
    """How well its title answers: all of it, its beginning, the share of words it holds."""
    asked, title = normalise(query), normalise(document.title)
    score = IN_TITLE * clauses_met(clauses, document.a.split()) / len(clauses)
    if title == asked:
        score += WHOLE_TITLE
    elif title.startswith(asked):
        score += BEGINNING
    return score + PRIOR * document.prior
