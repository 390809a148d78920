"""What a meeting, and who spoke, was about; the obstacles that a text lists."""

import pytest

from events.reading.reading import read_recap

THEME = "Aller vers les personnes"


@pytest.mark.parametrize(
    ("said", "theme"),
    [
        (f"« {THEME} » : telle était la thématique choisie pour cette journée.", THEME),
        (f"“{THEME}”, c'était le thème de la matinée.", THEME),
        (f"La journée, sur le thème : « {THEME} », a réuni 80 personnes.", THEME),
        (f"Un atelier consacré à la thématique « {THEME} ».", THEME),
        (f"Thème de la journée : {THEME}", THEME),
        # It is that of another day, or a title, or several.
        (f"La prochaine rencontre portera sur le thème « {THEME} », le 3 mai 2030.", ""),
        ("Thème : Retour sur la journée", ""),
        ("Thèmes : aller vers, coopérer", ""),
        (f"Un webinaire intitulé « {THEME} ».", ""),
        ("« Rien ne bouge », c'est la réponse que tous ont donnée.", ""),
    ],
)
def test_theme_of_the_meeting_is_what_the_text_calls_so(said, theme):
    assert read_recap(f"Retour sur la journée\n\n{said}\n").theme == theme


def test_theme_said_far_from_the_beginning_is_that_of_something_else():
    lines = "\n\n".join(f"On a parlé du garage {number}." for number in range(12))
    assert read_recap(f"Retour\n\n{lines}\n\nThème : {THEME}\n").theme == ""


def topics(text):
    return {each.name: each.topic for each in read_recap(f"Retour\n\n{text}\n").people}


LISE, PAUL = "Lise Armandou", "Paul Orsini"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Après un mot d'accueil, {LISE}, présidente de Pas à Pas a fait le point sur les "
            f"trajets de la vallée et {PAUL}, directeur du garage, sur le prêt, la vente et la "
            "Fête du 7 mai.",
            {LISE: "les trajets de la vallée", PAUL: "le prêt, la vente et la Fête du 7 mai"},
        ),
        (
            f"Enfin, {LISE}, maire, a partagé sa vision sur les mobilités, puis répondu aux élus.",
            {LISE: "les mobilités"},
        ),
        (
            f"{LISE}, maire, et {PAUL}, directeur, ont présenté le garage.",
            {LISE: "le garage", PAUL: "le garage"},
        ),
        (
            f"Mme {LISE} (mission locale) est intervenue sur la garde d'enfants.",
            {LISE: "la garde d'enfants"},
        ),
        # What is said of the whole meeting, or of others, is no topic.
        (f"{LISE}, maire, a présenté les intervenants.", {LISE: ""}),
        (f"{LISE}, maire, a présenté ses vœux.", {LISE: ""}),
        (f"Selon {LISE}, maire, a présenté le bilan.", {LISE: ""}),
        (f"Pour {LISE}, maire de Dax, le garage a présenté un bilan.", {LISE: ""}),
        (f"{LISE}, maire, a salué {PAUL}, directeur, sur le seuil.", {LISE: "", PAUL: ""}),
        (f"Une étude de {LISE}, chercheuse, sur les trajets, circule.", {LISE: ""}),
        (f"À la prochaine réunion, {LISE}, maire, a présenté le garage, dira-t-on.", {LISE: ""}),
    ],
)
def test_topic_of_a_speech_is_that_of_its_verb(text, expected):
    assert topics(text) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            f"l'Étape, un lieu pour se former - {LISE}, cheffe de projet, et {PAUL}, coordinateur",
            {LISE: "l'Étape, un lieu pour se former", PAUL: "l'Étape, un lieu pour se former"},
        ),
        # An organisation is not what one speaks of.
        (f"La mission locale du Lunain - {LISE}, directrice", {LISE: ""}),
        (f"Le garage - {LISE}, directrice", {LISE: ""}),
        (f"9h30 à Dax - {LISE}, directrice", {LISE: ""}),
    ],
)
def test_topic_stands_before_a_dash_in_a_list(item, expected):
    assert topics(f"Deux récits :\n- {item}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "On a débattu des freins qui « empêchent » les habitants de travailler (manque de "
            "réseau, problème de garde d'enfants, accès aux soins…)",
            ["manque de réseau", "problème de garde d'enfants", "accès aux soins"],
        ),
        ("Les freins identifiés : la mobilité, le logement, etc.", ["la mobilité", "le logement"]),
        ("Principaux freins :\n- La mobilité\n- Le logement", ["La mobilité", "Le logement"]),
        ("Les freins (voir la carte) ont été débattus.", []),
        ("Lever les freins : un garage, une crèche.", []),
        ("Des actions pour lever les freins :\n- Ouvrir un garage\n- Ouvrir une crèche", []),
        ("Les freins sont levés. Trois lieux (Dax, Tarnos) ouvrent.", []),
    ],
)
def test_obstacles_are_those_listed_as_such(text, expected):
    reading = read_recap(f"Retour\n\n{text}\n")
    assert [each.name for each in reading.obstacles] == expected
    assert [reading.excerpt(each) for each in reading.obstacles] == expected
