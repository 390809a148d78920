"""Which column says what: people, actor, territory, démarches, challenges, needs, offers."""

import re

from coopemploi.search.text import normalise

PEOPLE, FIRST_NAME, TITLE, ACTOR, TERRITORY = "people", "first_name", "title", "actor", "territory"
DEMARCHES, CHALLENGES, NEEDS, OFFERS = CONTENT = ("demarches", "challenges", "needs", "offers")
NOTE, PRIVATE = "note", "private"
IDENTITY = (PEOPLE, FIRST_NAME, TITLE, ACTOR, TERRITORY)
USUAL = (PEOPLE, DEMARCHES, CHALLENGES, NEEDS, OFFERS)

LONGEST_HEADER = 300
HEADER_WITHIN = 60  # rows: notes may stand before it

# What a header says outright, then what its words suggest: the first one written wins.
_SAID = (
    (NEEDS, r"je (?:re)?cherche|j ai besoin|dont j ai|viens chercher|il me faudrait|j aimerais"),
    (
        OFFERS,
        r"je peux|etre (?:une )?ressource|je propose|j offre|j apporte|je partage|je donne|"
        r"(?:mets?|mettre|mise?|mettons) a (?:votre |la )?disposition|nous pouvons|on peut",
    ),
    (DEMARCHES, r"je fais|se fait|ou en (?:est|suis|sommes)|nous faisons|on fait"),
)
_SUGGESTED = (
    (
        NEEDS,
        r"besoins?|(?:re)?cherch\w+|demandes?|attentes?|manques?|souhaits?|questions?|"
        r"aides? attendue?s?",
    ),
    (
        OFFERS,
        r"offres?|propos\w+|apports?|apporter|partag\w+|contribu\w+|offrir|donner|"
        r"savoir faire|expertises?|competences?|transmettre|ressources?",
    ),
    (
        CHALLENGES,
        r"defis?|enjeux?|difficultes?|problemati\w+|problemes?|freins?|obstacles?|objectifs?|"
        r"(?:court|moyen|long) terme|priorites|preoccupations?|perspectives|ambitions?",
    ),
    (
        DEMARCHES,
        r"demarches?|actions?|initiatives?|projets?|realis\w+|engagee?s?|experiences?|"
        r"dispositifs?|pratiques|en cours|menee?s?|activites|etat des lieux|actualites?",
    ),
)
_PRIVATE = (
    r"(?:adresse )?(?:e ?)?mails?|adresse electronique|courriels?|mel|tel|telephones?|portables?|"
    r"mobile|contact|coordonnees|horodat\w+|timestamp|date|heure|signature|emargement|accord|rgpd|"
    r"consentement|n|no|num|numero|id|ligne"
)
_NOTE = r"remarques?|observations?|commentaires?|divers|notes?|autres?(?: informations?)?"
_PEOPLE = (
    r"participante?s?|intervenante?s?|personnes?|contributeurs?|contributrices?|identite|qui|nom|"
    r"noms|prenoms?|representante?s?|interlocuteurs?|membres?|presente?s?"
)
_ACTOR = (
    r"structures?|organis\w+|acteurs?|employeurs?|collectivites?|associations?|entreprises?|"
    r"etablissements?|institutions?|entite|services?|partenaires?"
)
_TERRITORY = (
    r"territoires?|communes?|epci|intercommunalites?|departements?|villes?|regions?|bassins?|"
    r"secteur|lieux?|perimetres?|localisation|pays|agglomerations?|dou venez vous|provenance"
)
_TITLE = r"fonctions?|postes?|mandats?|qualites?|titre|roles?|metiers?|profession"


def role_of(header):
    """The role that a header announces, or "" when it says none."""
    if not header or len(header) > LONGEST_HEADER:
        return ""
    bare = normalise(re.sub(r"\([^()]*\)", " ", header)) or normalise(header)
    if re.fullmatch(rf"(?:votre |vos |mon |ma )?(?:{_PRIVATE})(?: (?:de|du|d) .{{1,30}})?", bare):
        return PRIVATE
    if re.fullmatch(r"(?:votre |le |mon )?prenoms?", bare):
        return FIRST_NAME
    identity = _identity(bare)
    for patterns in (_SAID, _SUGGESTED):
        found = [
            (match.start(), role)
            for role, pattern in patterns
            if (match := re.search(rf"\b(?:{pattern})\b", bare))
        ]
        # « Participants / actions » begins with whom it is about, « Mon territoire : où en
        # est-il ? » does not.
        if found and not (identity == PEOPLE and re.match(rf"(?:{_PEOPLE})\b", bare)):
            return min(found)[1]
    if identity:
        return identity
    return NOTE if re.search(rf"\b(?:{_NOTE})\b", bare) else ""


def _identity(bare):
    whose = re.match(
        rf"(?:votre |vos |nom d\w* (?:la |l |votre )?)?(?:(?P<actor>{_ACTOR})|{_TERRITORY})\b", bare
    )
    if whose and not re.search(rf"\b(?:{_PEOPLE})\b", re.sub(r"^nom\b", "", bare)):
        return ACTOR if whose["actor"] else TERRITORY
    if re.search(rf"\b(?:{_PEOPLE})\b", bare):
        return PEOPLE
    for role, pattern in ((TITLE, _TITLE), (ACTOR, _ACTOR), (TERRITORY, _TERRITORY)):
        if re.search(rf"\b(?:{pattern})\b", bare):
            return role
    return ""


def horizon_of(header):
    """ "short" or "medium" when a column holds the challenges of one term only."""
    terms = set(re.findall(r"\b(court|moyen)\b", normalise(header)))
    return {"court": "short", "moyen": "medium"}[terms.pop()] if len(terms) == 1 else ""


def find_header(rows):
    """(position, roles) of the row that names the columns, or None."""
    best = None
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        if len([cell for cell in row.cells if cell]) < 2 or row.is_drawn:
            continue
        roles = [role_of(cell) for cell in row.cells]
        score = _score(roles, row.cells)
        if score >= 2 and (best is None or score > best[0] + 1):
            best = (score, position, roles)
    return best and best[1:]


def _score(roles, cells):
    known = {role for role in roles if role and role not in (NOTE, PRIVATE)}
    if not known & set(CONTENT) or not (known & set(IDENTITY) or len(known & set(CONTENT)) > 2):
        return 0
    written = [len(cell) for cell in cells if cell]
    # A header is short, and every cell of it is one.
    return len(known) - (sum(written) / len(written) > 120)
