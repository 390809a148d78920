"""The style page: every component in every state, drawn by what the site is drawn with."""

import re
from functools import cache
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..filters import Choice, Facet
from .charts import bars

STATIC = Path(settings.BASE_DIR) / "static"
# A value that is chosen, one that is not, one that keeps nothing; then those that are folded.
FACET = Facet(
    "exemple",
    "Thématique",
    [
        Choice("a", "Choisie", 12, is_selected=True),
        Choice("b", "À choisir", 3, is_selected=False),
        Choice("c", "Sans fiche", 0, is_selected=False),
    ],
    folded=4,
    selected=1,
    is_open=True,
)
SAMPLES = {"name": "", "email": "adresse incomplète", "kind": "b", "agrees": "on"}


class SampleForm(forms.Form):
    name = forms.CharField(label="Texte", error_messages={"required": "Écrivez quelque chose."})
    email = forms.EmailField(
        label="Adresse e-mail",
        help_text="Une aide, sous le libellé.",
        error_messages={"invalid": "Adresse incomplète."},
    )
    kind = forms.ChoiceField(label="Choix", choices=[("a", "Le premier"), ("b", "Le second")])
    ways = forms.MultipleChoiceField(
        label="Plusieurs choix",
        choices=[("a", "Le premier"), ("b", "Le second")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Texte long", widget=forms.Textarea(attrs={"rows": 3}))
    closed = forms.CharField(label="Champ fermé", disabled=True, required=False, initial="Fermé")
    agrees = forms.BooleanField(label="Case à cocher", required=False)


@cache
def names_in(file, pattern):
    """What a file of ours names, in its order and once."""
    return list(dict.fromkeys(re.findall(pattern, (STATIC / file).read_text())))


@require_safe
def style(request):
    if not request.user.is_staff:
        raise PermissionDenied
    return render(
        request,
        "pages/style.html",
        {
            "colours": names_in("css/tokens.css", r"--([a-z0-9-]+): light-dark"),
            "steps": names_in("css/tokens.css", r"--(step-[0-9-]+):"),
            "spaces": names_in("css/tokens.css", r"--(space-[0-9]+):"),
            "icons": names_in("icons.svg", r'<symbol id="([^"]+)"'),
            "facet": FACET,
            "bars": bars([("GPECT", 8, "#formulaires"), ("PLIE", 2, "#formulaires")]),
            "blank_form": SampleForm(prefix="vide"),
            "refused_form": SampleForm(
                {f"refuse-{name}": value for name, value in SAMPLES.items()}, prefix="refuse"
            ),
        },
    )
