"""Every fact of the workshop of 16 March 2021 has its place: this walks its checklist."""

import re
from collections import Counter
from typing import NamedTuple

import pytest

from coopemploi.demo.loading import CONTENT
from coopemploi.search.text import normalise
from events.models import Event, RoundTableEntry, RoundTableItem, Verbatim
from initiatives.models import Initiative, Need, Offer
from territories.models import Actor, Network, Person, Territory

from .official import demo_documents

# Without it, pytest-django makes no test database when this module runs alone.
pytestmark = pytest.mark.django_db

SOURCE = "atelier-2021"


@pytest.fixture(scope="module", autouse=True)
def _workshop(django_db_setup, django_db_blocker):
    # The webinar's document defines one of the participants.
    with demo_documents(django_db_blocker, "20-webinaire-2021.yaml", "30-atelier-2021.yaml"):
        yield


class Row(NamedTuple):
    """A row of the tour de table: who spoke, and how many ideas each cell holds.

    A cell that the document leaves empty holds none. `facts` are looked for by their
    words in the whole row, in any order.
    """

    people: str
    actor: str
    territory: str
    counts: tuple  # démarches, challenges, needs, offers
    facts: tuple


ROWS = (
    Row(
        "Maxime Roby",
        "petr-monts-et-barrages",
        "petr:petr-monts-et-barrages",
        (6, 4, 0, 0),
        (
            "GPECT Région DIRECCTE",
            "bois sociale solidaire numérique hôtellerie-restauration",
            "bois premier emploi formation",
            "attractivité image filière",
            "chômage structurel",
            "peinent recruter",
            "enjeux bois",
            "image neuve",
            "travailler avec entreprises",
            "formation image de marque",
        ),
    ),
    Row(
        "Martine Colin Rabouan",
        "cite-de-l-emploi-de-tarbes",
        "commune:65440",
        (7, 5, 0, 0),
        (
            "préfecture GIP pilotent quartiers prioritaires",
            "synergie",
            "sur mesure parcours rompe",
            "collectif habitants secteurs en tension insertion emploi",
            "périphérie région Éducation nationale",
            "culture commune",
            "cohorte 50 habitants publics précis",
            "concurrence structures",
            "dysfonctionnements",
            "difficultés leviers",
            "autour de la table",
            "comité technique transversalité silos interconnaissance obstacles co-construction",
        ),
    ),
    Row(
        "Gustave Buzaud",
        "commune-de-fauillet",
        "commune:47095",
        (4, 3, 0, 0),
        (
            "entreprises aménagement embauchent",
            "Val de Garonne Agglomération",
            "santé infirmier grosses entreprises",
            "restauration aide",
            "crise sanitaire économique",
            "préserver restauration",
            "aider entreprises développement",
        ),
    ),
    Row(
        "Lucie Leroy",
        "grand-angouleme",
        "epci:200071827",
        (2, 6, 4, 0),
        (
            "PLIE",
            "plateforme clauses",
            "position agglomération",
            "acculturation élus",
            "feuille de route",
            "articuler cités de l'emploi 100 % inclusion SPIE PLIE mission locale",
            "financements publics efficients",
            "échelle intercommunale départementale régionale coordonner",
            "connaître localement relayée",
            "répertoire initiatives locales",
            "outil existant nouveau",
            "exemples projets connaître",
        ),
    ),
    Row(
        "Julie Thomas",
        "petr-vallee-de-la-dordogne-correzienne",
        "petr:petr-vallee-de-la-dordogne-correzienne",
        (1, 3, 0, 0),
        (
            "GPECT diagnostic",
            "territoire entreprises demandeurs d'emploi diagnostiquer",
            "réseau animer coordonner",
            "stratégie priorités",
        ),
    ),
    Row(
        "Sandrine Lassourelle",
        "grand-dax",
        "epci:244000675",
        (16, 4, 1, 0),
        (
            "GPECT diagnostic axes d'intervention",
            "thermalisme tension",
            "longue durée quartiers prioritaires",
            "médiation numérique émergents",
            "contrat de ville 3 700 droit commun",
            "cohésion de groupe existante créer",
            "quartiers ensemble du territoire",
            "formation politique de la ville",
            "porte-à-porte chargé d'insertion oriente",
            "PAQTE CREPI très bien",
            "service développement économique",
            "délégué du préfet agglomération chefs d'entreprise",
            "45 entreprises mobilisées",
            "réciprocité",
            "petits déjeuners",
            "Pôle emploi informer événements collectifs",
            "inquiétude filières crise",
            "redynamisation filières",
            "santé soutien",
            "responsabilité sociale",
            "méthode réseau Cité de l'emploi adaptant",
        ),
    ),
    Row(
        "Agnès Pallet",
        "maison-de-l-emploi-de-bordeaux",
        "commune:33063",
        (10, 2, 0, 0),
        (
            "projet associatif avril septembre 2021 habitants",
            "protocole PLIE 2021",
            "Bordeaux résilience emploi",
            "RH TPE avril 2021 Brest",
            "cellule TPE crise",
            "GPECT sortie de crise",
            "plateforme initiative dix ans",
            "Ville de Bordeaux zéro chômeur",
            "réseaux sociaux",
            "triporteur numérique",
            "adapter gouvernance crise",
            "aller-vers entreprises publics RH TPE",
        ),
    ),
    Row(
        "Aurélie Tonnoir",
        "plie-du-grand-poitiers",
        "epci:200069854",
        (8, 0, 1, 0),
        (
            "majorité Poitiers",
            "feuille de route stabilisée",
            "protocole PLIE 2022",
            "étude politique emploi attentes orientations",
            "feuille de route ESS",
            "trois axes équipes formation collectivités",
            "zéro chômeur quartiers ruraux",
            "GPECT Haut-Poitou Châtelleraudais crise",
            "pratiques orientations",
        ),
    ),
    Row(
        "Hélène Dubois",
        "bordeaux-metropole",
        "perimetre:rive-droite-bordeaux-metropole",
        (6, 0, 0, 0),
        (
            "Floirac Bordeaux Métropole service commun",
            "crise mesures Bordeaux Métropole",
            "coordonner harmoniser",
            "groupes de travail 2018 75",
            "Euratlantique 14",
            "convention clubs Floirac",
        ),
    ),
    Row(
        "Marion Giordani",
        "adsi-plie-technowest",
        "perimetre:plie-technowest",
        (6, 1, 0, 0),
        (
            "protocole PLIE",
            "direction change",
            "étude DLA",
            "fatiguer habitants sollicitations",
            "lien actions",
            "forum intercommunal",
            "davantage coopération",
        ),
    ),
    Row(
        "Cécile Bechon, Ghislaine Paparemborde",
        "ca-pau-bearn-pyrenees",
        "epci:200067254",
        (7, 0, 0, 0),
        (
            "protocole PLIE réécriture",
            "zéro chômeur quartiers pauvres centre-ville",
            "plateforme mobilité entrée",
            "langagière Agir",
            "Lahérère tiers-lieu entrepreneuriale 2022",
            "Génération emploi deuxième édition janvier 2021 jeunes éloignés",
            "GPECT 2015 Territoires d'industrie",
        ),
    ),
    Row(
        "Elise Ennahli",
        "petr-sud-gironde",
        "petr:petr-sud-gironde",
        (9, 0, 0, 0),
        (
            "quatre communautés de communes synergies",
            "rendez-vous quatre recrutement local apprentissage tout au long",
            "forum intercommunal",
            "entrepreneuriat",
            "campus connecté Saint-Macaire jeunes adultes coach individuellement groupe",
            "Recruter halle technologique Val de Garonne",
            "offres demandes",
            "s'interroge PLIE",
            "s'interroge zéro chômeur",
        ),
    ),
    Row(
        "Sandrine Ledieu",
        "syndicat-mixte-est-creuse",
        "perimetre:est-creuse",
        (6, 0, 1, 0),
        (
            "deux EPCI",
            "ingénierie contrat Région",
            "mission récente",
            "observatoire stratégie",
            "entreprises collaboratif communes",
            "attractivité",
            "expériences",
        ),
    ),
    Row(
        "Denis Paineau",
        "cc-du-bazadais",
        "epci:200043982",
        (12, 3, 0, 2),
        (
            "club confinement contraintes sanitaires",
            "Google Drive besoins",
            "d'autres entreprises rejointes",
            "masques plexiglas livrés",
            "activités continuer",
            "EPCI veille appels d'offres artisanales",
            "réponse commune club",
            "LEADER deux communautés de communes Ford",
            "SEM création",
            "personne partagée formera",
            "recherche et développement",
            "outil numérique deux communautés de communes",
            "recruter accompagne forme",
            "profil",
            "mise en commun compétences",
            "expérience club",
        ),
    ),
    Row(
        "Corinne Corcuff, Sefallah Mahamat Bindi",
        "mont-de-marsan-agglo",
        "epci:244000808",
        (6, 2, 2, 3),
        (
            "plateforme collaborative agglomération insertion acteurs",
            "campus université",
            "deux fois",
            "parcours personnalisé",
            "PAQTE CREPI formation parrainage",
            "Action cœur de ville Mont-de-Marsan",
            "100 % inclusion",
            "secteur privé plateforme",
            "services cloisonner",
            "facilitatrice clauses",
            "expérience PAQTE",
            "service public de l'emploi acteurs insertion regroupe",
        ),
    ),
    Row(
        "Céline Dallet",
        "cc-val-de-gatine",
        "epci:200069748",
        (9, 4, 1, 3),
        (
            "territoire d'industrie rurale",
            "fusion imposée 2017",
            "service développement économique fusion",
            "étude filières bassin d'emploi cinq EPCI",
            "FSE Région cinq EPCI",
            "université diagnostic",
            "seconde étude TPE",
            "groupement d'employeurs structure d'insertion",
            "80 % sans salarié",
            "diagnostic à venir",
            "qualitative",
            "attire entreprises",
            "parc naturel régional",
            "stagiaire service civique six mois TPE",
            "études stratégie",
            "milieu rural sociale et solidaire",
            "expérience professionnelle sociale et solidaire",
        ),
    ),
    Row(
        "Eric Bedin",
        "ciap-champs-du-partage",
        "",
        (14, 2, 2, 3),
        (
            "espace-test couveuse porteurs installation",
            "CAPE paysan créatif",
            "SCIC",
            "attente société installation",
            "générations renouveler",
            "pratiques agricoles",
            "projets alimentaires territoriaux maraîchage périurbain",
            "RENETA",
            "national européen",
            "bonnes pratiques",
            "collectivités régionales",
            "Happyterr SCOP collectives",
            "protection sociale salariés",
            "transmission fermes",
            "financement soutien institutions",
            "émerger espaces-tests",
            "emplois agricoles financer",
            "règlements d'intervention",
            "agriculture alternative",
            "installation périurbaine",
            "couveuse SCOP",
        ),
    ),
    Row(
        "Myriam Louis",
        "",
        "",
        (3, 1, 1, 0),
        (
            "mémoire master 2 conseil formation",
            "mêmes demandeurs opérateurs",
            "sous-traitants Pôle emploi",
            "compétitions concurrences institutions personnes",
            "éviter deux fois demandeurs",
        ),
    ),
    Row(
        "Lydie Drouard",
        "citizchool",
        "departement:33",
        (5, 0, 0, 1),
        (
            "découvrir métiers jeunes",
            "Collectif emploi initiative nationale Gironde",
            "jeunesse emploi orientent ensemble",
            "entreprises démarche",
            "fondation privée",
            "relier entreprises jeunes",
        ),
    ),
    Row(
        "Jacques Le Priol",
        "region-nouvelle-aquitaine",
        "region:75",
        (5, 1, 0, 2),
        (
            "31 démarches",
            "approche collective coopération",
            "partage produit coopération",
            "institutions laisse agir",
            "coresponsabilité durablement privées d'emploi",
            "un expérimentation douze structuration",
            "modélisation coopération économique",
            "règlement d'intervention Région",
        ),
    ),
    Row(
        "Barbara Bargues",
        "pole-formation-nouvelle-aquitaine",
        "region:75",
        (4, 0, 0, 0),
        (
            "anime ITE",
            "deuxième vague fin mars 2021",
            "offre demande",
            "ressource humaine entreprises",
        ),
    ),
    Row(
        "Grégory Talvy",
        "region-nouvelle-aquitaine",
        "region:75",
        (4, 6, 2, 3),
        (
            "plateforme numérique compétences emplois",
            "sortants employeurs 15 filières",
            "CV ludiques",
            "contacts partenaires",
            "gouvernance de projet",
            "connaître partenaires territoires",
            "attirer candidats",
            "recruteurs suivi",
            "accompagner utilisent",
            "remonter besoins retours",
            "veille articulations",
            "initiatives territoriales valoriser",
            "aides Région",
            "liens partenaires",
            "dispositifs régionaux facilitateur",
        ),
    ),
)

# Job titles of that day, where the document gives one.
TITLES = {
    "Gustave Buzaud": "2e adjoint au maire",
    "Aurélie Tonnoir": "chef de projet PLIE",
    "Hélène Dubois": (
        "chargée de mission emploi et économie de proximité, rive droite (11 communes)"
    ),
    "Myriam Louis": "professionnelle de la formation, en master 2",
}


class Facts(NamedTuple):
    """What the document says of a démarche, beyond its summary.

    `parties` are "role: name", `steps` "date: step", `figures` "number label".
    """

    stage: str = ""
    parties: tuple = ()
    steps: tuple = ()
    figures: tuple = ()


INITIATIVES = {
    # Monts et Barrages
    "gpect-monts-et-barrages": Facts(
        "ongoing",
        (
            "carrier: PETR Monts et Barrages",
            "partner: Région Nouvelle-Aquitaine",
            "partner: DIRECCTE",
        ),
        figures=("4 filières visées",),
    ),
    # Tarbes
    "cite-de-l-emploi-tarbes": Facts(
        "ongoing",
        (
            "carrier: Cité de l'emploi de Tarbes",
            "co_pilot: Préfecture (Hautes-Pyrénées)",
            "co_pilot: GIP Politique de la ville (Tarbes)",
            "partner: services publics de l'emploi et de l'insertion",
            "partner: entreprises",
            "partner: habitants",
            "partner: région",
            "partner: Éducation nationale",
        ),
        figures=("50 habitants des quartiers prioritaires dans la cohorte",),
    ),
    "comite-technique-cite-de-l-emploi-tarbes": Facts(
        parties=("carrier: Cité de l'emploi de Tarbes",)
    ),
    # Fauillet
    "aide-aux-entreprises-fauillet": Facts(
        parties=("carrier: Commune de Fauillet", "partner: Val de Garonne Agglomération")
    ),
    "aide-a-la-restauration-fauillet": Facts(parties=("carrier: Commune de Fauillet",)),
    # Grand Angoulême
    "plie-grand-angouleme": Facts(parties=("carrier: Grand Angoulême",)),
    "plateforme-clauses-grand-angouleme": Facts(parties=("carrier: Grand Angoulême",)),
    # Vallée de la Dordogne corrézienne
    "gpect-vallee-de-la-dordogne-correzienne": Facts(
        "diagnosis", ("carrier: PETR Vallée de la Dordogne corrézienne",)
    ),
    # Grand Dax
    "gpect-grand-dax": Facts("ongoing", ("carrier: Grand Dax",)),
    "contrat-de-ville-grand-dax": Facts(
        "ongoing",
        ("carrier: Grand Dax", "partner: acteurs de droit commun"),
        figures=("3700 habitants du contrat de ville",),
    ),
    "formations-politique-de-la-ville-grand-dax": Facts(parties=("carrier: Grand Dax",)),
    "porte-a-porte-grand-dax": Facts(
        parties=("carrier: Grand Dax", "partner: un chargé d'insertion")
    ),
    "paqte-grand-dax": Facts(
        "ongoing",
        ("partner: CREPI", "partner: Grand Dax", "partner: délégué du préfet"),
        figures=("45 entreprises mobilisées",),
    ),
    "petits-dejeuners-d-entreprises-grand-dax": Facts(
        parties=("carrier: Grand Dax", "partner: CREPI", "partner: Pôle emploi")
    ),
    # Bordeaux
    "projet-associatif-mde-bordeaux": Facts(
        "planned",
        ("carrier: Maison de l'emploi de Bordeaux", "partner: habitants"),
        ("avril-sept. 2021: réécriture du projet associatif",),
    ),
    "protocole-plie-bordeaux": Facts(
        parties=("carrier: Maison de l'emploi de Bordeaux",),
        steps=("2021: réécriture du protocole",),
    ),
    "bordeaux-resilience-emploi": Facts(
        parties=("carrier: Maison de l'emploi de Bordeaux",), figures=("3 actions",)
    ),
    "rh-tpe-bordeaux": Facts(
        "planned",
        ("carrier: Maison de l'emploi de Bordeaux", "inspired_by: Brest"),
        ("avril 2021: lancement du dispositif",),
    ),
    "cellule-d-aide-aux-tpe-bordeaux": Facts(parties=("pilot: Maison de l'emploi de Bordeaux",)),
    "gpect-de-sortie-de-crise-bordeaux": Facts(
        parties=("carrier: Maison de l'emploi de Bordeaux",)
    ),
    "plateforme-de-l-initiative-bordeaux": Facts(
        "ongoing",
        ("carrier: Maison de l'emploi de Bordeaux",),
        ("2011 (date déduite): la plateforme existe",),
    ),
    "tzcld-bordeaux": Facts(parties=("pilot: Ville de Bordeaux",)),
    "triporteur-numerique-bordeaux": Facts(parties=("carrier: Maison de l'emploi de Bordeaux",)),
    # Grand Poitiers
    "protocole-plie-grand-poitiers": Facts(
        "planned", ("carrier: PLIE du Grand Poitiers",), ("2022: démarrage du protocole",)
    ),
    "etude-politique-emploi-grand-poitiers": Facts(parties=("carrier: Grand Poitiers",)),
    "feuille-de-route-ess-grand-poitiers": Facts(
        "planned", ("carrier: Grand Poitiers",), figures=("3 axes de travail",)
    ),
    "tzcld-poitiers": Facts(parties=("carrier: acteurs des quartiers prioritaires",)),
    "gpect-poitiers-haut-poitou-chatelleraudais": Facts(
        "ongoing", ("carrier: Grand Poitiers", "partner: Haut-Poitou", "partner: Châtelleraudais")
    ),
    # Rive droite de Bordeaux
    "service-commun-floirac-bordeaux-metropole": Facts(
        parties=(
            "carrier: Ville de Floirac",
            "carrier: Bordeaux Métropole",
            "partner: Service commun de Floirac et de Bordeaux Métropole",
        )
    ),
    "accompagnement-crise-bordeaux-metropole": Facts(parties=("carrier: Bordeaux Métropole",)),
    "coordination-emploi-rive-droite": Facts(
        "ongoing",
        ("carrier: Bordeaux Métropole",),
        ("2018: constitution des groupes de travail",),
        ("75 personnes dans les groupes de travail",),
    ),
    "recrutement-euratlantique": Facts(
        parties=("carrier: Bordeaux Métropole",), figures=("14 thématiques",)
    ),
    "convention-clubs-d-entreprises-floirac": Facts(
        parties=("carrier: Bordeaux Métropole", "partner: Clubs d'entreprises de Floirac")
    ),
    # Technowest
    "protocole-plie-technowest": Facts(parties=("carrier: ADSI – PLIE Technowest",)),
    "etude-dla-adsi-technowest": Facts(
        "ongoing",
        (
            "carrier: ADSI – PLIE Technowest",
            "partner: dispositif local d'accompagnement (DLA)",
        ),
    ),
    "forum-emploi-intercommunal-technowest": Facts("planned", ("carrier: ADSI – PLIE Technowest",)),
    # Pau
    "protocole-plie-pau": Facts("ongoing", ("carrier: CA Pau Béarn Pyrénées",)),
    "tzcld-pau": Facts("ongoing", ("carrier: CA Pau Béarn Pyrénées",)),
    "plateforme-mobilite-pau": Facts(parties=("carrier: CA Pau Béarn Pyrénées",)),
    "plateforme-langagiere-pau": Facts(parties=("pilot: Agir",)),
    "pole-laherere": Facts(
        "planned",
        ("carrier: CA Pau Béarn Pyrénées", "partner: Pôle Lahérère"),
        ("2022: ouverture",),
    ),
    "generation-emploi-pau": Facts(
        "renewed",
        ("carrier: CA Pau Béarn Pyrénées",),
        ("janvier 2021: deuxième édition",),
        ("2 éditions",),
    ),
    "gpect-pau": Facts(
        "renewed",
        ("carrier: CA Pau Béarn Pyrénées",),
        (
            "2015: lancement",
            "date inconnue: renouvellement en lien avec Territoires d'industrie",
        ),
    ),
    # Sud Gironde
    "rdv-de-l-emploi-sud-gironde": Facts(
        "ongoing", ("carrier: PETR Sud Gironde",), figures=("4 rendez-vous par an",)
    ),
    "forum-emploi-formation-sud-gironde": Facts(parties=("carrier: PETR Sud Gironde",)),
    "promotion-entrepreneuriat-sud-gironde": Facts(parties=("carrier: PETR Sud Gironde",)),
    "campus-connecte-saint-macaire": Facts(
        parties=("carrier: PETR Sud Gironde", "partner: Campus connecté de Saint-Macaire")
    ),
    "operation-recruter-sud-gironde": Facts(
        parties=("carrier: PETR Sud Gironde", "partner: Val de Garonne Agglomération")
    ),
    "adequation-offre-demande-sud-gironde": Facts(parties=("carrier: PETR Sud Gironde",)),
    "reflexion-plie-sud-gironde": Facts("idea", ("carrier: PETR Sud Gironde",)),
    "reflexion-tzcld-sud-gironde": Facts("idea", ("carrier: PETR Sud Gironde",)),
    # Est Creuse
    "ingenierie-emploi-est-creuse": Facts(
        "ongoing", ("carrier: Syndicat mixte Est Creuse", "partner: Région")
    ),
    "observatoire-est-creuse": Facts("ongoing", ("carrier: Syndicat mixte Est Creuse",)),
    "travail-avec-les-entreprises-est-creuse": Facts(
        parties=("carrier: Syndicat mixte Est Creuse",)
    ),
    "attractivite-est-creuse": Facts(parties=("carrier: Syndicat mixte Est Creuse",)),
    # Bazadais
    "club-d-entreprises-du-bazadais": Facts(
        "ongoing",
        (
            "carrier: Club d'entreprises du Bazadais",
            "partner: CC du Bazadais",
            "funder: LEADER",
            "funder: 2 communautés de communes",
            "funder: fonds de revitalisation Ford",
        ),
        ("pendant le confinement: naissance du club",),
    ),
    "achats-groupes-bazadais": Facts(parties=("carrier: Club d'entreprises du Bazadais",)),
    "appels-d-offres-bazadais": Facts(
        "ongoing", ("carrier: CC du Bazadais", "partner: Club d'entreprises du Bazadais")
    ),
    "sem-bazadais": Facts(
        "planned", ("carrier: CC du Bazadais", "partner: Club d'entreprises du Bazadais")
    ),
    "plateforme-numerique-bazadais": Facts(
        "planned", ("carrier: CC du Bazadais", "partner: 2 communautés de communes")
    ),
    # Mont-de-Marsan
    "plateforme-collaborative-mont-de-marsan": Facts(
        "ongoing",
        (
            "pilot: Mont de Marsan Agglo",
            "partner: structures d'insertion",
            "partner: acteurs de l'emploi",
            "partner: campus de l'université",
        ),
    ),
    "paqte-mont-de-marsan": Facts("ongoing", ("carrier: Mont de Marsan Agglo", "pilot: CREPI")),
    "action-coeur-de-ville-mont-de-marsan": Facts(parties=("carrier: Mont de Marsan Agglo",)),
    # Val de Gâtine
    "etude-emploi-filieres-val-de-gatine": Facts(
        "ongoing",
        (
            "carrier: CC Val de Gâtine",
            "partner: université",
            "funder: FSE",
            "funder: Région",
            "funder: 5 EPCI",
        ),
        figures=("5 EPCI du bassin d'emploi",),
    ),
    "etude-tpe-val-de-gatine": Facts(
        "ongoing",
        ("carrier: CC Val de Gâtine",),
        figures=("80 % entreprises du territoire sans salarié",),
    ),
    "groupement-d-employeurs-val-de-gatine": Facts(
        "planned", ("carrier: CC Val de Gâtine", "partner: une structure d'insertion")
    ),
    "parc-naturel-regional-val-de-gatine": Facts("planned", ("partner: CC Val de Gâtine",)),
    # CIAP-Champs du Partage
    "espace-test-agricole-ciap": Facts("ongoing", ("carrier: CIAP-Champs du Partage",)),
    "projets-alimentaires-territoriaux-ciap": Facts(
        "ongoing", ("carrier: CIAP-Champs du Partage", "partner: collectivités locales")
    ),
    "happyterr": Facts("ongoing", ("partner: CIAP-Champs du Partage",)),
    # CitiZchool
    "decouverte-des-metiers-citizchool": Facts(parties=("carrier: CitiZchool",)),
    "collectif-emploi-initiative-gironde": Facts(
        "ongoing",
        (
            "partner: CitiZchool",
            "partner: acteurs de la jeunesse et de l'emploi",
            "partner: entreprises",
            "funder: une fondation privée",
        ),
    ),
    # Nouvelle-Aquitaine
    "accompagnement-demarches-nouvelle-aquitaine": Facts(
        "ongoing",
        ("carrier: Région Nouvelle-Aquitaine",),
        figures=("31 démarches territoriales accompagnées",),
    ),
    "tzcld-nouvelle-aquitaine": Facts(
        "ongoing",
        ("partner: Région Nouvelle-Aquitaine",),
        figures=("1 territoire en expérimentation", "12 territoires en structuration"),
    ),
    "initiatives-territoriales-pour-l-emploi": Facts(
        "ongoing",
        (
            "carrier: Région Nouvelle-Aquitaine",
            "pilot: Pôle formation de la Région Nouvelle-Aquitaine",
        ),
        ("fin mars 2021: deuxième vague de l'appel à projets",),
    ),
    "plateforme-numerique-emploi-nouvelle-aquitaine": Facts(
        "ongoing", ("carrier: Région Nouvelle-Aquitaine",), figures=("15 filières",)
    ),
}

# The nine cells of needs, and the seven of offers, each with how many it holds.
NEEDS_BY_PERSON = {
    "Lucie Leroy": 4,
    "Sandrine Lassourelle": 1,
    "Aurélie Tonnoir": 1,
    "Sandrine Ledieu": 1,
    "Corinne Corcuff": 2,
    "Céline Dallet": 1,
    "Eric Bedin": 2,
    "Myriam Louis": 1,
    "Grégory Talvy": 2,
}
OFFERS_BY_PERSON = {
    "Denis Paineau": 2,
    "Corinne Corcuff": 3,
    "Céline Dallet": 2,
    "Eric Bedin": 3,
    "Lydie Drouard": 1,
    "Jacques Le Priol": 2,
    "Grégory Talvy": 3,
}

SCHEMES = {
    "gpect-monts-et-barrages": {"gpect"},
    "cite-de-l-emploi-tarbes": {"cite-de-l-emploi"},
    "plateforme-clauses-grand-angouleme": {"clauses-d-insertion"},
    "paqte-grand-dax": {"paqte", "contrat-de-ville"},
    "rh-tpe-bordeaux": {"rh-tpe"},
    "gpect-pau": {"gpect", "territoires-d-industrie"},
    "campus-connecte-saint-macaire": {"campus-connecte"},
    "club-d-entreprises-du-bazadais": {"leader", "fonds-de-revitalisation"},
    "paqte-mont-de-marsan": {"paqte"},
    "action-coeur-de-ville-mont-de-marsan": {"action-coeur-de-ville"},
    "etude-emploi-filieres-val-de-gatine": {"fse"},
    "parc-naturel-regional-val-de-gatine": {"parc-naturel-regional"},
    "espace-test-agricole-ciap": {"espace-test-agricole", "cape", "paysan-creatif"},
    "projets-alimentaires-territoriaux-ciap": {"projet-alimentaire-territorial"},
    "happyterr": {"happyterr"},
    "tzcld-nouvelle-aquitaine": {"tzcld"},
    "initiatives-territoriales-pour-l-emploi": {"ite"},
}


@pytest.fixture
def event():
    return Event.objects.get(source__slug=SOURCE)


def reference(territory):
    return territory.reference if territory else ""


def figures_of(owner):
    return [
        " ".join(part for part in (f"{figure.value:.0f}", figure.unit, figure.label) if part)
        for figure in owner.figures.all()
    ]


def test_workshop_has_its_date_aims_and_questions(event):
    assert event.get_kind_display() == "atelier"
    assert str(event.start) == "16 mars 2021"
    assert [normalise(aim.text).split()[-1] for aim in event.objectives.all()] == [
        "engagees",
        "relever",
    ]
    question = event.sessions.get().question
    assert question.count("?") == 4
    for words in ("court et à moyen terme", "GPECT", "mise en réseau", "stratégique formalisée"):
        assert words in question
    assert event.recap.is_published
    assert event.recap.standfirst


def test_what_the_document_quotes_is_reported_under_its_author(event):
    verbatims = event.recap.verbatims.all()
    for verbatim, words in zip(
        verbatims,
        (
            "approche collective presque toujours coopération",
            "fruit de la coopération partage acteurs réfléchit",
            "institutions posture laisse agir territoires",
            "durablement privées part de responsabilité coresponsabilité acceptée",
        ),
        strict=True,
    ):
        assert [word for word in words.split() if word not in verbatim.text] == []
        assert verbatim.fidelity == Verbatim.Fidelity.REPORTED
        assert verbatim.person.full_name == "Jacques Le Priol"
        assert verbatim.actor.slug == "region-nouvelle-aquitaine"
        assert verbatim.themes.exists()


def test_organiser_and_venue_stay_unknown(event):
    assert not event.parties.exists()
    assert (event.format, event.venue, event.town) == ("", "", None)
    assert (event.source.publisher, event.source.url) == ("", "")


def test_nothing_of_ours_is_declared_as_a_figure_of_the_document(event):
    assert not event.figures.exists()


def test_round_table_has_every_row_in_order(event):
    assert [
        ", ".join(link.person.full_name for link in entry.person_links.all())
        for entry in event.round_table_entries.all()
    ] == [row.people for row in ROWS]
    assert len(ROWS) == 22


def test_round_table_has_twenty_four_people(event):
    people = Person.objects.filter(round_table_entries__event=event)
    assert people.count() == people.distinct().count() == 24


@pytest.mark.parametrize("number", range(1, len(ROWS) + 1), ids=lambda n: ROWS[n - 1].people)
def test_row_keeps_its_cells_and_facts(event, number):
    row = ROWS[number - 1]
    entry = event.round_table_entries.all()[number - 1]
    assert (entry.actor.slug if entry.actor else "") == row.actor
    assert reference(entry.territory) == row.territory
    counts = Counter(entry.items.values_list("column", flat=True))
    assert tuple(counts[column] for column in RoundTableItem.Column.values) == row.counts
    texts = [f" {normalise(item.text)} " for item in entry.items.all()]
    for fact in row.facts:
        words = normalise(fact).split()
        assert any(all(f" {word} " in text for word in words) for text in texts), fact


def test_people_have_the_title_the_document_gives(event):
    titles = {
        link.person.full_name: link.title
        for entry in event.round_table_entries.all()
        for link in entry.person_links.all()
        if link.title
    }
    assert titles == TITLES


def test_names_as_written_are_kept_in_the_label(event):
    labels = list(event.round_table_entries.values_list("label", flat=True))
    assert all(labels)
    assert labels[7].startswith("Aurélié TONNOIR")
    assert "11 communes" in labels[8]


def test_two_spellings_of_a_name_are_one_person():
    person = Person.objects.get(last_name="Dallet")
    assert person.full_name == "Céline Dallet"
    assert "Cécile" in person.round_table_entries.get().note


def test_row_split_by_a_page_break_is_one_entry(event):
    entry = event.round_table_entries.get(people__last_name="Paineau")
    assert "coupure de page" in entry.note
    assert entry.items.filter(initiative__slug="sem-bazadais").count() == 4


def test_participant_without_organisation_has_none():
    position = Person.objects.get(last_name="Louis").positions.get()
    assert (position.actor, position.title) == (None, TITLES["Myriam Louis"])


def test_elected_participant_is_the_only_one():
    elected = Person.objects.filter(positions__is_elected=True, source__slug=SOURCE)
    assert [person.full_name for person in elected] == ["Gustave Buzaud"]


def test_no_challenge_has_a_horizon_since_the_document_gives_none():
    assert not RoundTableItem.objects.exclude(horizon="").exists()


def test_every_item_says_what_it_became():
    for item in RoundTableItem.objects.select_related("initiative", "need", "offer"):
        links = {
            "initiative": item.initiative,
            "need": item.need,
            "offer": item.offer,
        }
        assert item.outcome != RoundTableItem.Outcome.PENDING
        assert {name for name, link in links.items() if link} == (
            {item.outcome} if item.outcome in links else set()
        )


def test_every_idea_that_became_a_record_leads_back_to_the_round_table():
    for model in (Initiative, Need, Offer):
        records = model.objects.filter(source__slug=SOURCE)
        assert not records.filter(round_table_items=None).exists()


def test_text_is_reported_without_quotation_marks():
    texts = [*RoundTableItem.objects.values_list("text", flat=True)]
    texts += Need.objects.values_list("text", flat=True)
    texts += Offer.objects.values_list("text", flat=True)
    assert not [text for text in texts if re.search('[«»"“”]', text)]


def test_no_private_contact_is_written():
    text = (CONTENT / "30-atelier-2021.yaml").read_text(encoding="utf-8")
    assert not re.search(r"@|\b0\d([ .]?\d\d){4}\b", text)


def test_document_names_these_initiatives_and_no_other():
    slugs = Initiative.objects.filter(source__slug=SOURCE).values_list("slug", flat=True)
    assert sorted(slugs) == sorted(INITIATIVES)


@pytest.mark.parametrize("slug", INITIATIVES)
def test_initiative_keeps_its_facts(slug):
    initiative = Initiative.objects.get(slug=slug)
    parties = [f"{party.role}: {party.name}" for party in initiative.involvements.all()]
    steps = [f"{step.date}: {step.label}" for step in initiative.steps.all()]
    kept = Facts(initiative.stage, tuple(parties), tuple(steps), tuple(figures_of(initiative)))
    assert kept == INITIATIVES[slug]
    assert initiative.summary
    assert initiative.is_published


def test_initiative_of_long_standing_keeps_the_wording_of_its_age():
    step = Initiative.objects.get(slug="plateforme-de-l-initiative-bordeaux").steps.get()
    assert (step.date.wording, step.date.is_deduced) == ("depuis 10 ans", True)


@pytest.mark.parametrize(("slug", "schemes"), SCHEMES.items())
def test_initiative_has_the_schemes_the_document_names(slug, schemes):
    initiative = Initiative.objects.get(slug=slug)
    assert {scheme.slug for scheme in initiative.schemes.all()} == schemes


def test_only_the_initiatives_of_an_unlocated_actor_have_no_territory():
    unlocated = Initiative.objects.filter(source__slug=SOURCE, territories=None)
    assert {initiative.slug for initiative in unlocated} == {
        "espace-test-agricole-ciap",
        "projets-alimentaires-territoriaux-ciap",
        "happyterr",
    }


def test_what_worked_is_said_of_the_paqte():
    worked = Initiative.objects.get(slug="paqte-grand-dax").worked
    assert "très bien" in worked


@pytest.mark.parametrize(
    ("model", "column", "by_person"),
    [(Need, "need", NEEDS_BY_PERSON), (Offer, "offer", OFFERS_BY_PERSON)],
)
def test_cells_become_needs_and_offers(event, model, column, by_person):
    records = model.objects.filter(source__slug=SOURCE)
    assert Counter(record.person.full_name for record in records) == by_person
    cells = event.round_table_entries.filter(items__column=column).distinct()
    assert cells.count() == len(by_person)
    for record in records:
        entry = RoundTableEntry.objects.get(**{f"items__{column}": record})
        assert record.actor == entry.actor
        assert record.person in entry.people.all()
        assert str(record.stated_on) == "16 mars 2021"
        assert record.themes.exists()


def test_need_of_a_trainee_keeps_its_length_and_subject():
    need = Need.objects.get(kind=Need.Kind.RECRUITMENT)
    for words in ("stagiaire", "service civique", "six mois", "TPE"):
        assert words in need.text


def test_actors_keep_their_figures():
    actors = Actor.objects.filter(source__slug=SOURCE).exclude(figures=None)
    assert {actor.slug: figures_of(actor) for actor in actors} == {
        "petr-sud-gironde": ["4 communautés de communes"],
        "syndicat-mixte-est-creuse": ["2 EPCI"],
        "cc-val-de-gatine": ["80 % entreprises du territoire sans salarié"],
    }


def test_territories_keep_their_figures_and_population():
    territories = Territory.objects.filter(source__slug=SOURCE).exclude(figures=None)
    assert {territory.reference: figures_of(territory) for territory in territories} == {
        "petr:petr-sud-gironde": ["4 communautés de communes"],
        "perimetre:est-creuse": ["2 EPCI"],
        "contrat-de-ville:grand-dax": ["3700 habitants du contrat de ville"],
        "bassin-emploi:val-de-gatine-5-epci": ["5 EPCI"],
        "perimetre:rive-droite-bordeaux-metropole": ["11 communes"],
    }
    assert Territory.objects.get(slug="grand-dax").population == 3700


@pytest.mark.parametrize(
    ("official", "initiative"),
    [
        ("departement:19", "gpect-vallee-de-la-dordogne-correzienne"),
        ("departement:23", "observatoire-est-creuse"),
        ("departement:33", "rdv-de-l-emploi-sud-gironde"),
        ("epci:244000675", "porte-a-porte-grand-dax"),
        ("epci:243300316", "coordination-emploi-rive-droite"),
    ],
)
def test_initiative_of_a_project_perimeter_is_found_from_the_official_territory(
    official, initiative
):
    territory = Territory.objects.get_by_reference(official)
    assert Initiative.objects.in_territory(territory).filter(slug=initiative).exists()


def test_shared_service_has_two_parents():
    service = Actor.objects.get(slug="service-commun-floirac-bordeaux-metropole")
    assert [parent.name for parent in service.parents.all()] == [
        "Bordeaux Métropole",
        "Ville de Floirac",
    ]


def test_networks_have_the_member_the_document_names():
    networks = Network.objects.filter(source__slug=SOURCE)
    assert {
        network.slug: [str(member) for member in network.memberships.all()] for network in networks
    } == {
        "reneta": ["CIAP-Champs du Partage"],
        "collectif-emploi-initiative": ["CitiZchool"],
    }


def test_records_of_the_document_are_all_there():
    assert Person.objects.filter(source__slug=SOURCE).count() == 23
    assert Actor.objects.filter(source__slug=SOURCE).count() == 34
    assert Need.objects.filter(source__slug=SOURCE).count() == 15
    assert Offer.objects.filter(source__slug=SOURCE).count() == 16
