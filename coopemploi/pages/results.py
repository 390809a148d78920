"""What a search finds: groups of results, and ways out when it finds little."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from django.urls import reverse
from django.utils.http import urlencode

from events.models import Action
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Territory

from ..gathering import gathered
from ..search import ranking, synonyms
from ..search.analysis import Marker, read_words
from ..search.catalogue import catalogues_of
from ..search.extracts import Fragment, extract
from ..search.index import sources
from ..search.models import Document
from ..search.queries import matching_documents, titled
from ..search.spelling import corrected
from ..search.text import normalise
from ..vocabulary.models import GlossaryTerm

GROUP_SIZE = 5
PAGE_SIZE = 20
MOST_PLACES = 3
LONGEST_PLACE = 6  # words
SUGGESTIONS = 8
# Between groups that answer about as well, initiatives are what one looks for, and the words
# that others explain come after what is done.
TERMS, TERRITORIES = GlossaryTerm._meta.label_lower, Territory._meta.label_lower
LEANING = {Initiative._meta.label_lower: 0.4, TERMS: -0.1}
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
        self.analyser = synonyms.reader()
        self.clauses = self.analyser.clauses(query)
        self.is_corrected = self.is_partial = False
        # Those that what is searched names: their meaning stands on top, known with the groups.
        self.terms = []

    # What is found

    @cached_property
    def groups(self):
        """All that answers, the group of the best answer first; otherwise what nearly does."""
        return self._found(self.clauses) or ([] if self.terms else self._found_otherwise())

    @property
    def count(self):
        return sum(group.count for group in self.groups) + len(self.terms)

    def _found_otherwise(self):
        """With the likeliest spelling, then with some of the words only."""
        if spelt := corrected(self.query, self.analyser):
            groups = self._found(self.analyser.clauses(spelt), spelt)
            if groups or self.terms:
                self.asked, self.is_corrected = spelt, True
                return groups
        if len(self.clauses) > 1:
            groups = self._found([ranking.any_of(self.clauses)], wished=self.clauses)
            self.is_partial = bool(groups)
            return groups
        return []

    def _found(self, clauses, asked=None, wished=None):
        """The groups of what meets the `clauses` of `asked`, the terms that it names apart;
        `wished` are those that rank them."""
        found = readable(matching_documents(clauses), self.user)
        scores = ranking.best_of(found, clauses, self.query, wished)
        self.terms = self._named(asked or self.query)
        told = {(TERMS, term.pk) for term in self.terms}
        by_model = {}
        for document in ranking.in_order(scores):
            if (document.model, document.object_id) not in told:
                by_model.setdefault(document.model, []).append(document)
        best_first = sorted(
            by_model, key=lambda key: scores[by_model[key][0]] + LEANING.get(key, 0), reverse=True
        )
        shown = [each.pk for best in by_model.values() for each in best[:GROUP_SIZE]]
        texts = dict(texts_of(self.user, pks=shown)) if shown else {}
        marker = Marker(self.analyser, clauses)
        return [
            self._group(
                key,
                len(found[key]) - (len(told) if key == TERMS else 0),
                [result_of(each, texts, marker) for each in by_model[key][:GROUP_SIZE]],
            )
            for key in best_first
        ]

    def _named(self, asked):
        named = self.analyser.terms_named(asked)
        return terms_of(self.user, slugs=list(named)) if named else []

    def _group(self, key, count, results):
        source = source_of(key)
        more_url = ""
        if count > len(results) and not self.is_partial:
            name, parameters = LISTS.get(source.model, ("search", {"type": key}))
            more_url = f"{reverse(name)}?{urlencode({**parameters, 'q': self.asked})}"
        return Group(key, source.label, count, results, more_url)

    def documents_of(self, source):
        """All the documents of one group, the best first."""
        return Answers(source.model, self.clauses, self.query, self.user)

    def results_of(self, documents):
        texts = {document.pk: document.text for document in documents}
        marker = Marker(self.analyser, self.clauses)
        return [result_of(document, texts, marker) for document in documents]

    # Ways out

    @cached_property
    def places(self):
        """The territories that the query names, with where to look at what is done there."""
        words = normalise(self.query).split()
        names = {
            " ".join(words[start:end]): (start, end)
            for start, end in combinations(ends_of_words(self.query), 2)
            if end - start <= LONGEST_PLACE
        }
        found = sorted(
            places_called(self.user, names=[f" {name}" for name in names]),
            key=lambda place: (-len(place.sort_name.split()), -(place.population or 0)),
        )
        spans = {place: names[place.sort_name.strip()] for place in found}
        named = [place for place in found if not _is_within(spans[place], spans.values())]
        return [self._place(place, words, names) for place in named[:MOST_PLACES]]

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
        return [typed.get(word, word) for word in words if read_words(word)]


def _is_within(span, spans):
    """Whether a name is but a part of a longer one: « Saint-Pierre », of Saint-Pierre-d'Albigny."""
    return any(s <= span[0] and span[1] <= e and (s, e) != span for s, e in spans)


def ends_of_words(query):
    """Where a name may begin or end among the words of a query: nowhere in « Annecy-le-Vieux »."""
    ends = [0]
    # An accent apart from its letter would cut a word.
    for typed in re.split(r"[^\w-]+", unicodedata.normalize("NFC", query)):
        ends.append(ends[-1] + len(normalise(typed).split()))
    return sorted(set(ends))


def result_of(document, texts, marker):
    text, title = texts.get(document.pk, ""), document.title
    spans = marker.spans(text)
    # Other names and codes: they are told where one of them answers.
    is_told = text and (spans or document.model != TERRITORIES)
    return Result(
        title=extract(title, marker.spans(title), len(title)),
        url=document.url,
        kicker=document.kicker,
        extract=extract(text, spans) if is_told else [],
        is_fictional=document.is_fictional,
        state="" if document.is_published else document.status_label,
    )


@gathered(slugs=[str])
def terms_of(user, slugs):
    return GlossaryTerm.objects.filter(slug__in=slugs)


@gathered(pks=[int])
def texts_of(user, pks):
    return Document.objects.filter(pk__in=pks).values_list("pk", "text")


@gathered(names=[str])
def places_called(user, names):
    named = Territory.objects.with_place().filter(sort_name__in=names)
    return named.exclude(kind=Territory.Kind.ARRONDISSEMENT)


class Answers:
    """The documents of one model that answer a query, the best first: a list to paginate."""

    def __init__(self, model, clauses, query, user):
        [catalogue] = catalogues_of(model)
        ranked = ranking.Ranked(catalogue, clauses, query)
        self.documents = Document.objects.of(model)
        self.pks = list(catalogue.ordered(ranked.records & catalogue.readable_by(user), ranked))

    def __len__(self):
        return len(self.pks)

    def __getitem__(self, wanted):
        pks = self.pks[wanted]
        found = {each.object_id: each for each in self.documents.filter(object_id__in=pks)}
        return [found[pk] for pk in pks if pk in found]


def readable(found, user):
    """Of the documents found, by key of their model, those that the user may read."""
    catalogues = catalogues_of(*(source_of(key).model for key in found))
    kept = {
        catalogue.key: catalogue.readable_documents(found[catalogue.key], user)
        for catalogue in catalogues
    }
    return {key: documents for key, documents in kept.items() if documents}


def suggested(query, user):
    """The documents whose title answers what is being typed, the best first."""
    clauses = synonyms.read_query(query)
    # Nobody types the beginning of what was said.
    keys = [source.key for source in sources.values() if source.key != "events.verbatim"]
    found = titled(clauses, keys)
    best = [pk for best in readable(found, user).values() for pk in best[:SUGGESTIONS]]
    relevances = {pk: value for by_title in found.values() for pk, value in by_title.items()}
    scores = ranking.scored(best, relevances, clauses, query)
    in_order = sorted(scores, key=lambda each: (-scores[each], normalise(each.title), each.pk))
    return in_order[:SUGGESTIONS]
