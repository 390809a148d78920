"""How the admin names what it holds."""

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
