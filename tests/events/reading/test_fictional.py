"""Three fictional documents in the styles of real networks, fact by fact: what each becomes."""

from pathlib import Path

import pytest

from events.reading.reading import read_recap

FOLDER = Path(__file__).parent / "fictional"


@pytest.fixture
def read():
    return lambda name: read_recap((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def figures(reading):
    return [(each.value, each.unit, each.label) for each in reading.figures if not each.is_base]


def test_minute_sent_by_mail(read):
    reading = read("courriel")
    assert (reading.dates, reading.published_on, reading.place) == (
        ["--03-11"],
        "2025-03-14",
        "Valmorin",
    )
    assert [(each.name, each.actor) for each in reading.people] == [
        ("Inès Caradec", "PLIE du Valmorin"),
        ("Joël Fabrègues", "Mission locale"),
        ("Paul Orsini", ""),
    ]
    assert [(each.text, each.author) for each in reading.quotes] == [
        ("sans le bus du matin, on perd une embauche sur trois", "Inès Caradec")
    ]
    assert figures(reading) == [
        (2, "", "personnes de France Travail"),
        (14, "", "structures représentées"),
        (23, "", "personnes autour de la table"),
        (8000, "€", "il manque encore"),
        (15000, "€", "la fondation Arverne a donné"),
        (83, "%", "veulent continuer tous les deux mois"),
        (2, "", "personnes trouvent ça trop long"),
    ]
    assert [each.base for each in reading.figures if each.is_result] == [18]
    assert [(each.text, each.carriers, each.due) for each in reading.actions] == [
        ("Joël envoie la liste des chantiers avant le 28/03", [], "--03-28"),
        ("CCI + PLIE : modèle de fiche « offre non pourvue »", [], "--04"),
        ("réserver la salle", ["Maud"], ""),
    ]
    assert reading.next_event.date == "--05-13"
    assert reading.unplaced == [
        "De : Maud Kerbrat <m.kerbrat@reseau-valmorin.example>",
        "À : liste-grappe@reseau-valmorin.example",
        "Étaient là : Inès Caradec (PLIE du Valmorin), Joël Fabrègues (Mission locale), "
        "Mme Tanguy (CCI), 2 personnes de France Travail",
        "Maud Kerbrat",
        "Animatrice de la grappe Valmorin",
        "06 00 00 00 00",
    ]


def test_story_without_titles(read):
    reading = read("recit")
    assert reading.dates == ["2025-02-06"]
    assert [(each.name, each.actor) for each in reading.people] == [
        ("Aurore Villemin", ""),
        ("Bastien Roque", "communauté de communes du Lunain"),
    ]
    assert [each.author for each in reading.quotes] == ["Aurore Villemin", ""]
    assert figures(reading) == [
        (27, "", "personnes à bord"),
        (3, "", "directeurs de structures d'insertion"),
        (2, "", "banquiers un peu perdus"),
        (40, "", "salariés"),
        (12, "", "pharmacies du canton"),
        (5000, "€", "Le Crédit Rural étudiera un prêt d'honneur"),
    ]
    assert (reading.next_event.date, reading.next_event.place) == ("--06-12", "Chantemerle")
    [part] = reading.prose
    assert [paragraph[:20] for paragraph in part.body.split("\n\n")] == [
        "Sur place, Aurore Vi",
        "L'après-midi, le gro",
        "Avant de remonter da",
    ]
    assert reading.unplaced == []


def test_slides(read):
    reading = read("diapos")
    assert reading.dates == ["2024-11-26"]
    assert (reading.people, reading.quotes, reading.territories) == ([], [], [])
    assert figures(reading) == [
        (3, "", "QPV"),
        (112, "", "personnes accueillies"),
        (48, "%", "de femmes"),
        (31, "", "sorties positives"),
        (12, "", "CDI"),
        (186000, "€", "Budget"),
        (60, "%", "État"),
        (25, "%", "Agglo"),
        (15, "%", "FSE+"),
        (20, "", "places de crèche réservées"),
    ]
    assert [(each.text, each.carriers, each.due) for each in reading.actions] == [
        ("une permanence mobilité par quartier – T1 2025", ["Agglo Brévenne"], ""),
        ("20 places de crèche réservées", ["Département"], "2025-09"),
        ("charte des référents", ["Préfecture"], ""),
    ]
    assert [each.title for each in reading.prose] == [
        "",
        "Diapositive 1",
        "Bilan à mi-parcours",
        "Diapositive 2 – Bilan à mi-parcours",
        "Diapositive 3",
        "Diapositive 4",
        "Diapositive 6",
        "Merci de votre attention",
    ]
    assert reading.unplaced == [
        "Diapositive 5",
        "Calendrier",
        "Janvier 2025 | Appel à projets",
        "Mars 2025 | Forum des métiers",
        "Juin 2025 | Évaluation externe",
        "Novembre 2025 | COPIL de clôture",
    ]
