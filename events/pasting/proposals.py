"""All that a text proposes: the forms of each kind, judged together."""

from django import forms
from django.core.exceptions import ValidationError

from coopemploi.search.text import normalise

from .forms import (
    ActionProposal,
    FigureProposal,
    LinkProposal,
    MeetingProposal,
    NextEventProposal,
    ObjectiveProposal,
    PartyProposal,
    PersonProposal,
    QuoteProposal,
    ResultProposal,
    SectionProposal,
    SessionProposal,
    TerritoryProposal,
)

MOST_ROWS = 150  # of a kind; a recap that has more is several

FORMS = {
    "meeting": MeetingProposal,
    "objectives": ObjectiveProposal,
    "parties": PartyProposal,
    "figures": FigureProposal,
    "results": ResultProposal,
    "people": PersonProposal,
    "quotes": QuoteProposal,
    "sessions": SessionProposal,
    "sections": SectionProposal,
    "territories": TerritoryProposal,
    "actions": ActionProposal,
    "links": LinkProposal,
    "next": NextEventProposal,
}
TITLES = {
    "meeting": "La rencontre",
    "objectives": "Objectifs et critères",
    "parties": "Qui l'a tenue",
    "figures": "Chiffres",
    "results": "Résultats de l'évaluation",
    "people": "Intervenants",
    "quotes": "Citations",
    "sessions": "Ateliers et séquences",
    "sections": "Parties du compte rendu",
    "territories": "Territoires présents",
    "actions": "Actions retenues",
    "links": "Liens",
    "next": "Prochaine rencontre",
}


class Proposals:
    """The formsets of all that a text proposes, by kind.

    `noted` are the normalised names of those who are known to have spoken at the meeting.
    """

    def __init__(self, kinds, names, *, initial=None, data=None, noted=()):
        self.formsets = {}
        self.noted = set(noted)
        # (title, how many) of what may not be written, or comes after the most rows of a page.
        self.left_out = [
            (TITLES[kind], left)
            for kind, rows in (initial or {}).items()
            if (left := len(rows[MOST_ROWS if kind in kinds else 0 :]))
        ]
        for kind in kinds:
            factory = forms.formset_factory(
                FORMS[kind], extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
            )
            rows = None if data is not None else (initial or {}).get(kind, [])[:MOST_ROWS]
            self.formsets[kind] = factory(
                data, initial=rows, prefix=kind, form_kwargs={"names": names}
            )

    @property
    def has_errors(self):
        return any(
            formset.is_bound and not formset.is_valid() for formset in self.formsets.values()
        )

    def groups(self):
        """(title, formset) of each kind, in the order of the page."""
        return [(TITLES[kind], formset) for kind, formset in self.formsets.items()]

    def is_valid(self):
        judged = [formset.is_valid() for formset in self.formsets.values()]
        return self._authors_are_known() and all(judged)

    def _authors_are_known(self):
        """Whether each quote kept is said by a person kept or noted; errors stand beside the
        author."""
        people = self.noted | {form.full_name for form in self._kept_forms("people")}
        known = True
        for form in self._kept_forms("quotes"):
            author = normalise(form.cleaned_data.get("author", "")).strip()
            if author and author not in people:
                known = False
                form.add_error(
                    "author",
                    ValidationError(
                        "Cette personne n'est pas gardée plus haut : gardez-la, ou videz l'auteur.",
                        code="unknown_author",
                    ),
                )
        return known

    def _kept_forms(self, kind):
        formset = self.formsets.get(kind)
        if formset is None or not formset.is_bound:
            return []
        return [form for form in formset if form.is_valid() and form.is_kept]

    def kept(self):
        """{kind: cleaned data of each proposal kept}, every kind present."""
        return {kind: [form.cleaned_data for form in self._kept_forms(kind)] for kind in FORMS}
