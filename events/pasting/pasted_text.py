"""The text that is pasted, and what is known of where it comes from."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from coopemploi.fields import PartialDateFormField, WebAddressFormField
from events.reading.documents import UnreadableRecapError
from events.reading.reading import read_recap
from events.round_tables.reading import UnreadableRoundTableError, read_round_table

MOST_CHARACTERS = 300_000


class PastedTextForm(forms.Form):
    """The text of a recap written elsewhere; once valid, `reading` is what it proposes."""

    text = forms.CharField(
        label="Texte du compte rendu",
        widget=forms.Textarea(attrs={"rows": 20, "class": "vLargeTextField"}),
        max_length=MOST_CHARACTERS,
        strip=False,
        help_text="Le texte, ou le HTML de la page. Il est gardé tel quel, et jamais publié.",
    )
    title = forms.CharField(
        label="D'où vient ce texte",
        max_length=250,
        help_text="Le titre de la source, montré en bas de la page.",
    )
    url = WebAddressFormField(label="Son adresse web", max_length=500, required=False)
    published_on = PartialDateFormField(
        label="Publié le", required=False, max_length=120, help_text="09/05/2021, mai 2021…"
    )
    # Drawn with the proposals, so that they are written once.
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, resolve=None, may_receive=False, **kwargs):
        """`may_receive` says whether a tour de table may be received apart."""
        super().__init__(*args, **kwargs)
        self._resolve, self._may_receive = resolve, may_receive
        self.reading = None
        self.contributions = 0  # those of the tour de table that the text holds

    def draw_again(self):
        """Make what is shown next a page that was never sent."""
        self.data = self.data.copy()
        self.data["once"] = str(uuid.uuid4())
        self.data["published_on"] = self.data.get("published_on") or self.reading.published_on

    def clean_text(self):
        text = self.cleaned_data["text"]
        try:
            self.reading = read_recap(text, self._resolve)
        except UnreadableRecapError as error:
            raise ValidationError(str(error), code="unreadable") from error
        if self._may_receive and self.reading.has_rows:
            self._read_round_table(text)
        return text

    def _read_round_table(self, text):
        try:
            table = read_round_table(text)
        except UnreadableRoundTableError:
            return
        self.contributions = len(table.contributions)
        self.reading.leave_rows(table.texts())
