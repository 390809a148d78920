"""Whether a record is on the public site, as tables say it: « En ligne : oui »."""

from ...publishing import Publishable
from ...search.text import normalise
from .choice import ChoiceColumn

Status = Publishable.Status
SAID_PUBLISHED = ("publié", "publiée", "validé", "validée", "visible")
SAID_ONLINE = ("en ligne", "mis en ligne", "mise en ligne")
WORDS = {
    Status.DRAFT: ("non", "faux", "hors ligne", "pas en ligne", "non publié", "pas publié"),
    Status.PUBLISHED: ("oui", "vrai", "x", "en ligne"),
}


class PublicationColumn(ChoiceColumn):
    """The state of publication of a record."""

    # Who may not publish proposes, as in a form: see `Checker.columns_of`.
    may_publish = True

    def __init__(self, field, synonyms=(), asked=()):
        super().__init__(field, (*synonyms, *asked), WORDS)
        self.asked = asked

    def stored_for(self, record, text):
        before, after = record and record.status, self.stored(text)
        # « Non » of what is archived or proposed: it is not on the site.
        if after == Status.DRAFT and text and normalise(text) not in self.own:
            return before if before not in (None, Status.PUBLISHED) else after
        if self.may_publish or before == after:
            return after
        if after == Status.ARCHIVED:
            raise ValueError("vous n'avez pas le droit d'archiver une fiche.")
        return Status.PROPOSED.value if after == Status.PUBLISHED else after

    def remarks(self, text):
        if text and not self.may_publish and self.stored(text) == Status.PUBLISHED:
            return ["vous ne publiez pas : la fiche est proposée, à relire par l'équipe."]
        # What a plain answer does is in the differences of each row.
        return [] if normalise(text) in {"oui", "non"} else super().remarks(text)
