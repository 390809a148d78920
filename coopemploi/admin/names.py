"""How the admin names what it holds."""

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


class NamedListMixin:
    """A list named by what it holds, where Django asks to select an object."""

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        add = f"Ajouter {with_article(self.opts.verbose_name)}"
        context = {"title": title, "add_label": add, **(extra_context or {})}
        return super().changelist_view(request, context)


COLON_SPACE = "\N{NO-BREAK SPACE}"
