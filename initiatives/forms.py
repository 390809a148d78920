from django import forms

STANDS, ANSWERED, OVER = "stands", "answered", "over"


class StillNeededForm(forms.Form):
    """What became of a need or an offer: one of three answers."""

    outcome = forms.ChoiceField(
        label="Où en êtes-vous ?",
        widget=forms.RadioSelect,
        choices=[
            (STANDS, "Toujours d'actualité"),
            (ANSWERED, "Résolu grâce à…"),
            (OVER, "Plus d'actualité"),
        ],
        error_messages={"required": "Choisissez l'une des trois réponses."},
    )
    answer = forms.CharField(
        label="Grâce à qui, ou à quoi ?",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Facultatif. Une ou deux phrases, visibles sur le site.",
    )

    def __init__(self, *args, is_offer=False, **kwargs):
        super().__init__(*args, **kwargs)
        if is_offer:
            self.fields["outcome"].choices = [
                choice for choice in self.fields["outcome"].choices if choice[0] != ANSWERED
            ]
            del self.fields["answer"]

    def apply(self, exchange):
        outcome = self.cleaned_data["outcome"]
        if outcome == STANDS:
            exchange.confirm()
        elif outcome == ANSWERED:
            exchange.resolve(self.cleaned_data["answer"])
        else:
            exchange.rest()
