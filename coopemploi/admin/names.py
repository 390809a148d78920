"""How the admin names what it holds."""

import json

from django.utils.text import capfirst

FEMININE = {
    "action",
    "alerte",
    "appartenance",
    "contribution",
    "fonction",
    "filière",
    "idée",
    "image",
    "identité",
    "initiative",
    "inscription",
    "instance",
    "intervention",
    "mise",
    "nouvelle",
    "offre",
    "opération",
    "partie",
    "personne",
    "proposition",
    "présence",
    "question",
    "rencontre",
    "ressource",
    "séquence",
    "série",
    "source",
    "thématique",
    "étape",
    "évaluation",
}


def with_article(name):
    """A verbose name as one is added: "une étape datée", "un besoin"."""
    article = "une" if name.split()[0] in FEMININE else "un"
    return f"{article} {name}"


COLON_SPACE = "\N{NO-BREAK SPACE}"


class NamedListMixin:
    """A list, and the rows of a sheet, named by what they hold: Django says « objet »."""

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        add = f"Ajouter {with_article(self.opts.verbose_name)}"
        context = {"title": title, "add_label": add, **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        shown = super().get_inline_formsets(request, formsets, inline_instances, obj)
        for inline in shown:
            data = json.loads(inline.inline_formset_data())
            name = inline.opts.verbose_name.removesuffix(COLON_SPACE)
            data["options"]["addText"] = f"Ajouter {with_article(name)}"
            inline.inline_formset_data = json.dumps(data)
        return shown
