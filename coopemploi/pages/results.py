"""What a search finds: groups of results, and ways out when it finds little."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode

from events.models import Action
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Territory

from ..search import ranking, synonyms
from ..search.extracts import Fragment, extract
from ..search.index import sources
from ..search.models import Document
from ..search.spelling import guesses
from ..search.text import normalise
from ..vocabulary.models import GlossaryTerm

GROUP_SIZE = 5
PAGE_SIZE = 20
MOST_PLACES = 3
LONGEST_PLACE = 6  # words
SUGGESTIONS = 8
# The list that shows all the records of a group, and its own parameters.
LISTS = {
    Territory: ("territory_list", {}),
    GlossaryTerm: ("glossary", {}),
    Initiative: ("initiative_list", {}),
    Need: ("exchange_list", {}),
    Offer: ("exchange_list", {"voir": "offres"}),
    Resource: ("resource_list", {}),
    Actor: ("actor_list", {}),
    Network: ("network_list", {}),
    Action: ("action_list", {}),
}


def source_of(key):
    """The source of a group's key, "initiatives.initiative"; None when there is none."""
    return next((source for source in sources.values() if source.key == key), None)


@dataclass
class Result:
    title: list[Fragment]
    url: str
    kicker: str
    extract: list[Fragment]
    is_fictional: bool
    state: str  # of what is not public: "brouillon"


@dataclass
class Group:
    key: str  # in the address: "initiatives.initiative"
    label: str
    count: int
    results: list[Result]
    more_url: str = ""


class Search:
    """What answers the words somebody typed, among what `user` may read."""

    def __init__(self, query, user):
        self.query = query
        self.asked = query  # what is searched in the end
        self.user = user
        self.analyser = synonyms.analyser()
        self.clauses = self.analyser.clauses(query)
        self.is_corrected = self.is_partial = False

    @cached_property
    def terms(self):
        """The terms that the query names: their meaning stands on top."""
        named = self.analyser.terms_named(self.query)
        return list(GlossaryTerm.objects.filter(slug__in=named)) if named else []

    # What is found

    @cached_property
    def groups(self):
        """All that answers, the group of the best answer first; otherwise what nearly does."""
        return self._found(self.clauses) or self._found_otherwise()

    @property
    def count(self):
        return sum(group.count for group in self.groups)

    def _found_otherwise(self):
        """With the likeliest spelling, then with some of the words only."""
        if corrected := self.corrected_query:
            clauses = self.analyser.clauses(corrected)
            if groups := self._found(clauses):
                self.asked, self.is_corrected = corrected, True
                return groups
        if len(self.clauses) > 1:
            groups = self._found([tuple(dict.fromkeys(sum(self.clauses, ())))], self.clauses)
            self.is_partial = bool(groups)
            return groups
        return []

    def _found(self, clauses, wished=None):
        """The groups of what meets the `clauses`; `wished` are those that rank them."""
        documents = (
            Document.objects.visible_to(self.user)
            .best_of_each_model(clauses, ranking.CLOSELY_READ)
            .defer("text", "b", "c", "d", "facets")
        )
        scores = ranking.scores_of(list(documents), wished or clauses, self.query)
        best_first = sorted(scores, key=lambda document: -scores[document])
        by_model = {}
        for document in best_first:
            by_model.setdefault(document.model, []).append(document)
        shown = [document for found in by_model.values() for document in found[:GROUP_SIZE]]
        texts = dict(
            Document.objects.filter(pk__in=[document.pk for document in shown]).values_list(
                "pk", "text"
            )
        )
        return [
            self._group(
                key, found, [self._result(each, texts, clauses) for each in found[:GROUP_SIZE]]
            )
            for key, found in by_model.items()
        ]

    def _group(self, key, found, results):
        source = source_of(key)
        count = found[0].total
        more_url = ""
        if count > len(results) and not self.is_partial:
            name, parameters = LISTS.get(source.model, ("search", {"type": key}))
            more_url = f"{reverse(name)}?{urlencode({**parameters, 'q': self.asked})}"
        return Group(key, source.label, count, results, more_url)

    def documents_of(self, key):
        """All the documents of one group, the best first."""
        documents = Document.objects.visible_to(self.user).filter(model=key)
        return documents.ranked(self.clauses)

    def results_of(self, documents):
        texts = {document.pk: document.text for document in documents}
        return [self._result(document, texts, self.clauses) for document in documents]

    def _result(self, document, texts, clauses):
        text, title = texts.get(document.pk, ""), document.title
        title_spans = self.analyser.spans(title, clauses)
        return Result(
            title=extract(title, title_spans, len(title)),
            url=document.url,
            kicker=document.kicker,
            extract=extract(text, self.analyser.spans(text, clauses)) if text else [],
            is_fictional=document.is_fictional,
            state="" if document.is_published else document.status_label,
        )

    # Ways out

    @cached_property
    def corrected_query(self):
        """The query with each word that nothing holds in its likeliest spelling, or None."""
        words, is_corrected = [], False
        for word in self.query.split():
            clauses = self.analyser.clauses(word)
            is_known = not clauses or Document.objects.matching(clauses).exists()
            guess = None if is_known else next(iter(guesses(normalise(word))), None)
            words.append(guess or word)
            is_corrected = is_corrected or bool(guess)
        return " ".join(words) if is_corrected else None

    @cached_property
    def places(self):
        """The territories that the query names, with where to look at what is done there."""
        words = normalise(self.query).split()
        names = {
            " ".join(words[start:end]): (start, end)
            for start in range(len(words))
            for end in range(start + 1, min(start + LONGEST_PLACE, len(words)) + 1)
        }
        named = Territory.objects.filter(sort_name__in=[f" {name}" for name in names])
        found = sorted(
            named.exclude(kind=Territory.Kind.ARRONDISSEMENT),
            key=lambda place: (-len(place.sort_name.split()), -(place.population or 0)),
        )
        return [self._place(place, words, names) for place in found[:MOST_PLACES]]

    def _place(self, territory, words, names):
        start, end = names[territory.sort_name.strip()]
        others = " ".join(self._as_typed(words[:start] + words[end:]))
        query = {"q": others, "territoire": territory.reference, "rayon": 30}
        return {
            "territory": territory,
            "others": others,
            "url": f"{reverse('initiative_list')}?{urlencode(query)}" if others else "",
        }

    def _as_typed(self, words):
        """Words as the query writes them: « GPECT » rather than « gpect »."""
        typed = {normalise(word): word for word in self.query.split()}
        return [typed.get(word, word) for word in words if self.analyser.clauses(word)]


def suggested(query, user):
    """The documents whose title answers what is being typed, the best first."""
    clauses = synonyms.read_query(query)
    documents = (
        Document.objects.visible_to(user)
        .exclude(model="events.verbatim")  # nobody types the beginning of what was said
        .best_of_each_model(clauses, SUGGESTIONS)
        .defer("text", "b", "c", "d", "facets")
    )
    scores = ranking.scores_of(list(documents), clauses, query)
    return sorted(scores, key=lambda document: -scores[document])[:SUGGESTIONS]
