"""All that a text proposes: the forms of each kind, judged together."""

from django import forms
from django.core.exceptions import ValidationError

from coopemploi.search.text import normalise
from events.reading.people import CONTACT

from .forms import (
    ActionProposal,
    FigureProposal,
    LinkProposal,
    MeetingProposal,
    NextEventProposal,
    ObjectiveProposal,
    ObstacleProposal,
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
    "obstacles": ObstacleProposal,
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
    "obstacles": "Freins nommés",
    "territories": "Territoires présents",
    "actions": "Actions retenues",
    "links": "Liens",
    "next": "Prochaine rencontre",
}


class Proposals:
    """The formsets of all that a text proposes, by kind."""

    def __init__(self, kinds, names, noted, *, initial=None, data=None):
        self.formsets = {}
        self.noted = noted
        for kind in kinds:
            factory = forms.formset_factory(
                FORMS[kind], extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
            )
            rows = None if data is not None else (initial or {}).get(kind, [])[:MOST_ROWS]
            self.formsets[kind] = factory(
                data, initial=rows, prefix=kind, form_kwargs={"names": names, "noted": noted}
            )
        self.tell_left_out(initial or {})

    def tell_left_out(self, proposed):
        """Tell (title, how many) of what may not be written, or comes after the most rows."""
        self.left_out = [
            (TITLES[kind], left)
            for kind, rows in proposed.items()
            if (left := len(rows[MOST_ROWS if kind in self.formsets else 0 :]))
        ]

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
        return all([self._authors_are_known(), self._contact_is_alone(), *judged])

    def _authors_are_known(self):
        """Whether each quote kept is said by a person kept or noted; errors stand beside the
        author."""
        people = self.noted.people.keys() | {form.full_name for form in self._kept_forms("people")}
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

    def _contact_is_alone(self):
        """Whether no contact comes after another; errors stand beside those who do."""
        contact, alone = self.noted.contact, True
        for form in self._kept_forms("people"):
            if form.cleaned_data["role"] != CONTACT:
                continue
            if contact:
                alone = False
                wrong = (
                    f"Un compte rendu n'a qu'un contact, et c'est déjà {contact} : donnez un autre "
                    "rôle à cette personne, ou ne la gardez pas."
                )
                form.add_error("role", ValidationError(wrong, code="other_contact"))
            contact = contact or form.summary
        return alone

    def _kept_forms(self, kind):
        formset = self.formsets.get(kind)
        if formset is None or not formset.is_bound:
            return []
        return [form for form in formset if form.is_valid() and form.is_kept]

    def kept(self):
        """{kind: cleaned data of each proposal kept}, every kind present."""
        return {kind: [form.cleaned_data for form in self._kept_forms(kind)] for kind in FORMS}
