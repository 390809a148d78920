import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from events.reading.dates import find_times, with_year
from events.reading.documents import MOST_BYTES, UnreadableRecapError, decode
from events.reading.reading import read_recap

SHAPE = [
    "title",
    "dates",
    "place",
    "people",
    "quotes",
    "figures",
    "sessions",
    "territories",
    "actions",
    "next_event",
]


def quotes_of(text):
    return [(quote.text, quote.author) for quote in read_recap(text).quotes]


def figures_of(text):
    return [(each.value, each.unit, each.qualifier) for each in read_recap(text).figures]


@pytest.mark.parametrize(
    "text",
    [
        "« Il faut ouvrir la porte plus tôt », souligne Mme Lise Armandou, maire de Villefort.",
        "“Il faut ouvrir la porte plus tôt” Lise Armandou",
        '"Il faut ouvrir la porte plus tôt" – Lise Armandou',
        "Pour Lise Armandou : « Il faut ouvrir la porte plus tôt »",
        "Lise Armandou (mission locale) : « Il faut ouvrir la porte plus tôt »",
        "<blockquote><p>Il faut ouvrir la porte plus tôt</p><cite>Lise Armandou, élue</cite>"
        "</blockquote>",
    ],
)
def test_quote_finds_its_author(text):
    assert quotes_of(text) == [("Il faut ouvrir la porte plus tôt", "Lise Armandou")]


def test_quote_after_a_dash_finds_its_author():
    text = "Lise Armandou, maire, accueille.\n\n- Il faut ouvrir plus tôt, souligne Lise Armandou."
    assert quotes_of(text) == [("Il faut ouvrir plus tôt.", "Lise Armandou")]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "Retour\n\nVerbatims\n« on se sent moins seuls »\n« Bravo »\n\nUn bus passe.",
            [("on se sent moins seuls", ""), ("Bravo", "")],
        ),
        (
            "Retour\n\n« On a tenu parce que personne n'est parti », raconte-t-elle. Et voilà.",
            [("On a tenu parce que personne n'est parti", "")],
        ),
        (
            "Retour\n\nUn élu : « je ne savais pas que c'était possible »",
            [("je ne savais pas que c'était possible", "un élu")],
        ),
        (
            "Retour\n\n« je ne savais pas que c'était possible » (une habitante du quartier)",
            [("je ne savais pas que c'était possible", "une habitante du quartier")],
        ),
        ("Retour\n\nLe titre : « je ne savais pas que c'était possible »", []),
        ("Retour\n\nL'atelier « faire ensemble le territoire de demain » a plu.", []),
    ],
)
def test_what_nobody_named_said_is_a_quote_all_the_same(text, quotes):
    assert quotes_of(text) == quotes


def test_label_of_quotes_is_no_idea():
    reading = read_recap("Retour\n\nVerbatims\n« on se sent moins seuls »\n")
    assert [reading.heading_of(quote) for quote in reading.quotes] == [""]


def test_name_of_an_operation_is_no_quote():
    text = "Nous clôturions l’opération « Un métier pour chacun : tous en route”, ce vendredi."
    assert quotes_of(text) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Une vingtaine de communes étaient là.", [(20, "", "about")]),
        ("Avec vingt-sept élus, puis sept maires.", [(27, "", "exact"), (7, "", "exact")]),
        ("Lancement en avril 21 du dispositif.", []),
        ("Un échange autour de deux démarches locales.", [(2, "", "exact")]),
        ("Ils étaient autour de 80 personnes.", [(80, "", "about")]),
        ("Un peu plus de 150 000 personnes y vivent.", [(150000, "", "more_than")]),
        ("Trois EPCI ont signé.", [(3, "", "exact")]),
        ("Le budget est de 2,5 M€ cette année.", [(2500000, "€", "exact")]),
        ("94 % des personnes présentes reviendront.", [(94, "%", "exact")]),
        ("Le 17 octobre 2019 à 14 h 30, au 12 rue du Port, 26400 Crest.", []),
        ("Voir l'article 14, page 3. Tél. 04 75 00 00 00. La 3e rencontre.", []),
    ],
)
def test_figures_are_neither_dates_nor_addresses(text, figures):
    assert figures_of(text) == figures


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (
            "94 % des personnes présentes qui estiment avoir pu participer aux discussions",
            (94, "estiment avoir pu participer aux discussions", None, "personnes présentes"),
        ),
        (
            "40 % des 25 répondants reviendront, 12 % hésitent.",
            (40, "reviendront", 25, "répondants"),
        ),
        (
            "Sondage de fin : 18 réponses, 83 % veulent continuer, 2 personnes non",
            (83, "veulent continuer", 18, ""),
        ),
        ("Bilan\n79% qui ont envie de s'engager.", (79, "ont envie de s'engager", None, "")),
        (
            "85 % des participants se disent satisfaits.",
            (85, "se disent satisfaits", None, "participants"),
        ),
    ],
)
def test_share_of_those_who_answered_is_a_result(text, result):
    [found] = [each for each in read_recap(text).figures if each.is_result]
    assert (found.value, found.label, found.base, found.base_label) == result


@pytest.mark.parametrize(
    "text",
    [
        "Ils représentent 6 % de la population de la région.",
        "45 % des participants ont trouvé un emploi.",
        "Bilan du PLIE\n30 % souhaitent créer leur entreprise.",
        "Les bénéficiaires du RSA sont 22 % des inscrits.",
        "48 % de femmes",
    ],
)
def test_share_of_anybody_else_is_a_figure(text):
    assert [(each.unit, each.is_result) for each in read_recap(text).figures] == [("%", False)]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Budget : 186 k€ (État 60 %, Agglo 25 %)", ["Budget", "État", "Agglo"]),
        (
            "Il manque 8 000 € (la fondation a donné 15 000 €)",
            ["Il manque", "la fondation a donné"],
        ),
        ("Le taux de sorties est de 47,3 %, en hausse", ["Le taux de sorties"]),
        ("3 QPV – 2 EPCI", ["QPV", "EPCI"]),
    ],
)
def test_figure_is_called_by_what_stands_beside_it(text, labels):
    assert [each.label for each in read_recap(text).figures] == labels


def test_dates_are_told_as_far_as_known():
    assert read_recap("Réunion du jeudi 14 mars, salle 2").dates == ["--03-14"]
    assert read_recap("Webinaire du 4 mai 2021").dates == ["2021-05-04"]


@pytest.mark.parametrize(
    ("iso", "reference", "is_before", "dated"),
    [
        ("--10-17", "2020-02", True, "2019-10-17"),
        ("--02-03", "2020-02", True, "2020-02-03"),
        ("--12-15", "2024-01-18", True, "2023-12-15"),
        ("--05-13", "2025-03-14", False, "2025-05-13"),
        ("--01-13", "2025-03-14", False, "2026-01-13"),
        ("--02-29", "2025-03-14", True, "--02-29"),
        ("--10-17", "--11-20", True, "--10-17"),
        ("2019-10-17", "2020-02", True, "2019-10-17"),
    ],
)
def test_year_is_that_which_a_dated_day_lets_deduce(iso, reference, is_before, dated):
    assert with_year(iso, reference, is_before=is_before) == dated


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("de 9h30 à 12h", ("09:30", "12:00")),
        ("à 14 h", ("14:00", "")),
        ("9h-12h30", ("09:00", "12:30")),
        ("2 heures, 45 habitants et 3 hôtels", ("", "")),
    ],
)
def test_times_are_those_said(text, times):
    assert find_times(text) == times


def test_subject_of_a_message_is_its_title_and_says_when():
    mail = (
        "De : Maud\nEnvoyé : vendredi 14 mars 2025 18:12\nObjet : TR: Réunion du 11 mars\n\nMerci."
    )
    reading = read_recap(mail)
    assert (reading.title, reading.dates, reading.published_on) == (
        "Réunion du 11 mars",
        ["--03-11"],
        "2025-03-14",
    )


def test_territories_bear_the_stage_of_their_list():
    text = "Projets émergents : Péronne, Fourmies\nTerritoires habilités : Tourcoing"
    found = [(place.name, place.stage) for place in read_recap(text).territories]
    assert found == [
        ("Péronne", "emerging"),
        ("Fourmies", "emerging"),
        ("Tourcoing", "accredited"),
    ]


KNOWN = {
    "Vannes": ("commune", "56260"),
    "Tulle": ("commune", "19272"),
    "Corrèze": ("departement", "19"),
    "Département de la Corrèze": ("departement", "19"),
    "Savoie": ("departement", "73"),
    "La Chambre": ("commune", "73067"),
    "Chambre": ("commune", "73067"),
}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("La réunion s'est tenue à Tulle. La prochaine rencontre aura lieu à Vannes.", ["Tulle"]),
        ("Rendez-vous le 3 mai à Vannes.", []),
        ("Étaient excusés : M. Paul Durrieu (Département de la Corrèze).", []),
        ("Présents : Mme Lila Amrouche (Département de la Corrèze).", ["Corrèze"]),
        ("Nous étions accueillis à Tulle en Corrèze.", ["Tulle", "Corrèze"]),
        ("Le forum des tiers-lieux de la Corrèze.", ["Corrèze"]),
        ("Les élus du Grand Cœur de Savoie.", []),
        ("Les élus de Savoie.", ["Savoie"]),
        ("Un atelier de la Chambre d'agriculture.", []),
        ("Une pièce jouée à la Comédie de Vannes.", ["Vannes"]),
    ],
)
def test_territories_are_those_that_the_meeting_is_about(text, names):
    reading = read_recap(text, lambda name, context: KNOWN.get(name))
    assert [place.name for place in reading.territories if place.code] == names


@pytest.mark.parametrize(
    ("text", "author"),
    [
        (
            "Présents : Mme Odile Ferrand (sous-préfète), M. Karim Belloc (maire de Lys).\n"
            "Mme Ferrand fait observer : « La navette ne passe plus après le travail. »\n"
            "M. Belloc répond que ce sera corrigé.",
            "Odile Ferrand",
        ),
        (
            "Fanny Quéré, élue, et Luc Amar, artisan, étaient là. Pour Luc Amar, « la cantine "
            "est notre premier client ». Fanny Quéré tempère.",
            "Luc Amar",
        ),
        (
            "Bruno Castel, gérant, nous a reçus.\n\n"
            'Bruno : "Un règlement de douze pages fait fuir tout le monde."',
            "Bruno Castel",
        ),
        (
            "<blockquote><p>Un parcours sans coupure vaut mieux que trois aides.</p>"
            "<footer>— <cite>Hélène Marchetti</cite>, directrice du PLIE</footer></blockquote>",
            "Hélène Marchetti",
        ),
        (
            "<figure><blockquote>Nous cherchons des gens qui ont envie de rester.</blockquote>"
            "<figcaption>Stéphane Nguyen, gérant de Nguyen Bâtiment</figcaption></figure>",
            "Stéphane Nguyen",
        ),
    ],
)
def test_author_is_who_the_sentence_names(text, author):
    assert [quote.author for quote in read_recap(text).quotes] == [author]


def test_everyone_of_an_attendance_paragraph_is_named():
    text = (
        "Autour de la table : Fanny Quéré, cheffe de projet ; Delphine Sarrazin et Marc Ollivier, "
        "maraîchers ; Pauline Estève (Fondation Racines)."
    )
    names = {person.name for person in read_recap(text).people}
    assert {"Fanny Quéré", "Marc Ollivier", "Pauline Estève"} <= names


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "C'est l'avis de Bastien Roque, vice-président de la communauté de communes du Lunain "
            "chargé de l'économie, pour qui le plus dur reste devant.",
            [("Bastien Roque", "communauté de communes du Lunain")],
        ),
        ("Aurore Villemin, qui dirige la coopérative, est venue.", [("Aurore Villemin", "")]),
        ("Landes Mobilité, qui pilote la coopérative, est venue.", []),
        ("Lien PMI / crèches", []),
        (
            "Maxime Roby, chef de projet au pôle d'équilibre territorial et rural (PETR) Monts et "
            "Barrages, et Elodie Lang, coordinatrice du tiers-lieu l'Escalier",
            [
                ("Maxime Roby", "pôle d'équilibre territorial et rural Monts et Barrages"),
                ("Elodie Lang", "tiers-lieu l'Escalier"),
            ],
        ),
        ("Excusés : la CAF, Pays Basque, Paul Orsini", [("Paul Orsini", "")]),
    ],
)
def test_people_are_told_from_what_stands_around_them(text, people):
    assert [(each.name, each.actor) for each in read_recap(text).people] == people


def test_what_a_committee_decides_is_an_action():
    text = "Le comité décide :\n- de prolonger la navette ;\n- d'étudier un garage solidaire."
    assert [action.text for action in read_recap(text).actions] == [
        "de prolonger la navette",
        "d'étudier un garage solidaire.",
    ]


@pytest.mark.parametrize("who", ["Dax", "PLIE Landes", "La Mission Locale", "Lise Armandou"])
def test_whoever_will_do_an_action_carries_it(who):
    [action] = read_recap(f"Actions retenues :\n- {who} présentera un guide").actions
    assert action.carriers == [who]


@pytest.mark.parametrize(
    "text",
    [
        "Partager un tableau de suivi",
        "Partager le tableau",
        "Partager ce tableau avec les communes",
        "Mise à jour de l'annuaire",
        "Mise à jour du tableau de suivi",
        "Mise en ligne du guide",
    ],
)
def test_what_is_to_be_done_is_no_button_of_a_page(text):
    read = read_recap(f"Actions retenues :\n- {text} (porteur : Grand Dax), fin mars 2027")
    (action,) = read.actions
    assert (action.text, action.carriers, action.due) == (text, ["Grand Dax"], "2027-03")


@pytest.mark.parametrize(
    "text",
    [
        "Partager",
        "Partager sur Facebook",
        "Partager via Facebook",
        "Partager Facebook Twitter LinkedIn",
        "Partager cet article",
        "Partager cette page avec vos élus",
        "Mise à jour le 4 mai 2021",
        "Mise à jour du mardi 4 mai 2021",
        "Mis en ligne il y a 3 jours",
    ],
)
def test_button_of_a_page_is_nothing_to_be_done(text):
    read = read_recap(f"Actions retenues :\n- Ouvrir un garage\n- {text}\n- Former les acheteurs")
    assert [each.text for each in read.actions] == ["Ouvrir un garage", "Former les acheteurs"]


@pytest.mark.parametrize(
    ("said", "carriers"),
    [
        ("porteurs : mission locale, département et CCI", ["mission locale", "département", "CCI"]),
        ("porteurs : Dax, PLIE, et CCI", ["Dax", "PLIE", "CCI"]),
        ("porteurs : Dax et CCI, d'ici l'été", ["Dax", "CCI"]),
        ("porteurs : Dax et CCI, avant mars 2027", ["Dax", "CCI"]),
        ("pilote : Léa Roux, directrice de la mission locale", ["Léa Roux"]),
        ("Mme Roux, directrice de la mission locale, d'ici l'été", ["Mme Roux"]),
        ("pilotes : Léa Roux, directrice, et CCI", ["Léa Roux", "CCI"]),
        ("pilote : Léa Roux, DGS", ["Léa Roux"]),
        ("porteur : directrice de la mission locale", ["directrice de la mission locale"]),
        ("porteurs : mission locale, habitants et élus", ["mission locale", "habitants", "élus"]),
    ],
)
def test_every_carrier_between_brackets_is_named(said, carriers):
    (action,) = read_recap(f"Actions :\n- Former les acheteurs ({said})").actions
    assert action.carriers == carriers


@pytest.mark.parametrize(
    ("said", "title", "carriers", "due"),
    [
        ("20 places – pilote : Département – sept. 2025", "20 places", ["Département"], "2025-09"),
        ("20 places – pilote : Agglo – T1 2025", "20 places – T1 2025", ["Agglo"], ""),
        ("Maud : réserver la salle", "réserver la salle", ["Maud"], ""),
        ("Mobilité : réserver la salle", "Mobilité : réserver la salle", [], ""),
        (
            "Ouvrir un garage (porteur : la mission locale), avec l'appui de la Région",
            "Ouvrir un garage, avec l'appui de la Région",
            ["la mission locale"],
            "",
        ),
    ],
)
def test_action_says_all_that_its_carriers_do_not(said, title, carriers, due):
    (action,) = read_recap(f"Actions retenues :\n- {said}").actions
    assert (action.text, action.carriers, action.due) == (title, carriers, due)


def test_session_leaves_its_labels_and_who_was_there():
    text = (
        "Atelier 1 : Comment suivre les heures ?\nQuestion : qui tient le tableau ?\n"
        "Ce qui en est sorti : un tableau partagé.\n"
        "Territoires présents : Vannes, Tulle (émergent)."
    )
    reading = read_recap(text)
    (session,) = reading.sessions
    assert session.question == "qui tient le tableau ?"
    assert session.outcome == "un tableau partagé."
    found = [(each.name, each.stage, each.was_there) for each in reading.territories]
    assert found == [("Vannes", "", True), ("Tulle", "emerging", True)]


def test_who_was_there_keeps_no_session_from_its_question():
    text = (
        "Atelier 1 : Comment suivre les heures ?\nTerritoires présents : Vannes, Tulle.\n"
        "Question : qui tient le tableau ?\nCe qui en est sorti : un tableau partagé."
    )
    (session,) = read_recap(text).sessions
    assert (session.question, session.outcome) == (
        "qui tient le tableau ?",
        "un tableau partagé.",
    )


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Vannes, Tulle. Excusés : Dax.", ["Vannes", "Tulle"]),
        ("Vannes, Tulle ; excusés : Dax", ["Vannes", "Tulle"]),
        ("Vannes, Tulle, absents : Dax", ["Vannes", "Tulle"]),
        ("Vannes, Tulle. La prochaine rencontre aura lieu à Dax.", ["Vannes", "Tulle"]),
        ("Vannes, Tulle ; on attend encore Dax.", ["Vannes", "Tulle"]),
        ("Vannes, Tulle, Invités : Dax.", ["Vannes", "Tulle"]),
        ("habilités : Vannes, Tulle.", ["Vannes", "Tulle"]),
        ("Vannes ; Tulle ; le Diois.", ["Vannes", "Tulle", "Diois"]),
        ("Vannes, Tulle et Dax.", ["Vannes", "Tulle", "Dax"]),
        ("Vannes et Terres et Lacs.", ["Vannes", "Terres", "Lacs"]),
        ("Vannes, Terres et Lacs, Dax.", ["Vannes", "Terres et Lacs", "Dax"]),
    ],
)
def test_territories_present_are_those_of_the_list_alone(said, names):
    known = {"Terres et Lacs": ("epci", "200000001")}
    reading = read_recap(f"Territoires présents : {said}", lambda name, _: known.get(name))
    assert [each.name for each in reading.territories if each.was_there] == names


def test_stage_is_that_of_the_name_it_follows():
    reading = read_recap("Territoires présents : Vannes et Tulle (émergent).")
    found = [(each.name, each.stage) for each in reading.territories]
    assert found == [("Vannes", ""), ("Tulle", "emerging")]


def test_numbered_part_is_no_title_of_the_whole():
    text = (
        "Retour sur l'atelier du 3 décembre 2026\n\n1. La clause ne suffit pas\n\n"
        "« On écrit la clause, mais personne ne suit les heures. » Léa Roux"
    )
    reading = read_recap(text)
    assert reading.title == "Retour sur l'atelier du 3 décembre 2026"
    assert reading.heading_of(reading.quotes[0]) == "La clause ne suffit pas"


def test_who_is_in_charge_of_a_mission_is_of_no_mission():
    text = "Noé Petit, chargé de mission emploi au Grand Dax, a présenté le marché."
    (person,) = read_recap(text).people
    assert (person.title, person.actor) == ("chargé de mission emploi au Grand Dax", "Grand Dax")


def test_year_of_a_date_may_stand_in_its_markup():
    html = '<h1>Bilan</h1><p>Le <time datetime="2025-11-27">27 novembre</time>, à Crest.</p><p></p>'
    assert read_recap(html).dates == ["2025-11-27"]


@pytest.mark.parametrize("digits", [13, 400])
def test_number_that_no_figure_holds_is_none(digits):
    assert figures_of(f"Nous avons reçu {'9' * digits} réponses et 40 personnes.") == [
        (40, "", "exact")
    ]
    table = f"<table><tr><td>Réponses</td><td>{'9' * digits}</td></tr></table>"
    assert figures_of(table) == []


def test_number_in_a_proper_name_is_no_figure():
    assert figures_of("Le président de la CC des Trois Vals a remercié les équipes.") == []


def test_title_marked_by_hand_loses_its_marks():
    assert read_recap("# Visite de la Fabrique\n\n**Qui** : 22 élus.").title == (
        "Visite de la Fabrique"
    )


@pytest.mark.parametrize(
    "place", ["Lyon", "Aire sur Adour", "Saint Paul les Dax", "Mont-de-Marsan"]
)
def test_next_event_has_its_date_and_place(place):
    following = read_recap(
        f"La prochaine rencontre aura lieu en février 2020 à {place}."
    ).next_event
    assert (following.date, following.place) == ("2020-02", place)


def test_sentence_of_the_next_meeting_leaves_the_rest_of_its_paragraph():
    said = "La banque étudiera un prêt, la mairie aussi. On se retrouve le 12 juin à Dax."
    reading = read_recap(f"Retour sur le voyage\n\n{said}")
    assert reading.excerpt(reading.next_event) == "On se retrouve le 12 juin à Dax."
    assert [part.body for part in reading.prose] == [said]


def test_line_of_many_towns_is_read_at_once():
    """It took twice as long with each name more: seconds for five, hours for ten."""
    towns = "Saint-Paul-lès-Dax Mont-de-Marsan Saint-Jean-Pied-de-Port Saint-Sever " * 5

    assert read_recap(f"{towns.strip()} et d'autres").place == ""
    assert read_recap(f"{towns.strip()}, le 3 mai").place == towns.strip()


def test_line_of_many_hyphens_is_read_at_once():
    """Twelve names took minutes."""
    slug = "-".join(["Mont-De-Marsan"] * 12)

    reading = read_recap(f"Le lien : {slug}, à Dax Agglo.")

    assert [each.name for each in reading.territories] == ["Dax Agglo"]


def test_scripts_and_menus_are_not_read():
    html = "<nav>8 membres</nav><script>var a = '12 personnes'</script><p>40 élus étaient là.</p>"
    reading = read_recap(html)
    assert [figure.value for figure in reading.figures] == [40]
    assert "var a" not in reading.text


def test_proposal_says_where_it_was_read():
    reading = read_recap("Compte rendu\n\nUne vingtaine de communes étaient là.")
    assert reading.excerpt(reading.figures[0]) == "Une vingtaine"


def test_windows_text_is_read_as_written():
    assert decode("Été à Crest".encode("cp1252")) == "Été à Crest"
    assert decode(b"\xef\xbb\xbf" + "Été".encode()) == "Été"


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"\x00\x01\x02", b"%PDF-1.4", b"a" * (MOST_BYTES + 1)]
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(UnreadableRecapError):
        read_recap(data)


RECAP = """# Atelier mobilité du 4 mai 2021

Une vingtaine d'élus se sont réunis à Crestville pour parler de la mobilité dans les vallées.

Étaient présents : Mme Odile Ferrand, M. Karim Belloc.

La journée a commencé par une visite du garage.

## Ce qui freine

Les horaires de car ne suivent pas ceux des usines.
Deux solutions existent * :

- le covoiturage
- la navette

« On ne trouve pas de travail quand on n'a pas de voiture. »
Lise Armandou, maire de Crestville

Les élus ont demandé des chiffres.

## Actions retenues :

- Ouvrir un garage solidaire (porteur : la mission locale)

Elles seront suivies par le comité.

## Chiffres clés

- 25 participants

## La suite

La prochaine rencontre aura lieu en février 2022 à Lyon.
"""


def test_prose_is_read_part_by_part_without_what_is_read_apart():
    found = [(each.title, each.body, each.is_read_apart) for each in read_recap(RECAP).prose]

    assert found == [
        ("", "La journée a commencé par une visite du garage.", False),
        (
            "Ce qui freine",
            "Les horaires de car ne suivent pas ceux des usines.\n\n"
            "Deux solutions existent \\* :\n\n"
            "- le covoiturage\n- la navette\n\n"
            "Les élus ont demandé des chiffres.",
            False,
        ),
        ("Actions retenues", "Elles seront suivies par le comité.", True),
        ("Chiffres clés", "- 25 participants", True),
    ]


@pytest.mark.parametrize(
    ("said", "is_prose"),
    [
        ("« La navette ne passe plus le soir après le travail. », regrette Lise Armandou.", False),
        (
            "Le débat a été long, et la salle pleine du début à la fin, ce qui se voit rarement ; "
            "« la navette ne passe plus », regrette Lise Armandou.",
            True,
        ),
    ],
)
def test_paragraph_that_is_mostly_a_quote_is_no_prose(said, is_prose):
    standfirst = (
        "Un atelier s'est tenu, dont voici ce que chacun a dit, et ce qui en est resté après."
    )
    reading = read_recap(f"Retour\n\n{standfirst}\n\n## Le soir\n\n{said}\n")
    assert [quote.author for quote in reading.quotes] == ["Lise Armandou"]
    assert [part.body for part in reading.prose] == ([said] if is_prose else [])


def test_prose_of_a_page_is_that_of_its_text():
    page = (
        "<h1>Atelier</h1><p>Le chapô de cet atelier est assez long pour en être un, ce qui est "
        "bien le moins.</p><h2>Le matin</h2><p>On a <b>visité</b> un garage.</p>"
        "<p>Et une ferme.</p><table><tr><td>Un nom</td></tr></table>"
    )

    assert [(each.title, each.body) for each in read_recap(page).prose] == [
        ("Le matin", "On a visité un garage.\n\nEt une ferme.")
    ]


SLIDES = """Comité de la Brévenne
26 novembre 2024

Diapositive 1
Bilan à mi-parcours
112 personnes accueillies

Diapositive 2
Ce qui a marché
Cafés de l'emploi
Lien avec les crèches

Diapositive 3
Partenaires
Régie des Lilas
Agglo Brévenne
CIDFF
"""


def test_lines_of_a_slide_are_its_text():
    assert [(each.title, each.body) for each in read_recap(SLIDES).prose] == [
        ("", "26 novembre 2024"),
        ("Diapositive 1 – Bilan à mi-parcours", "112 personnes accueillies"),
        ("Diapositive 2", "Ce qui a marché\n\nCafés de l'emploi\n\nLien avec les crèches"),
        ("Diapositive 3", "Partenaires\n\nRégie des Lilas\n\nAgglo Brévenne\n\nCIDFF"),
    ]


UNPLACED = """Retour sur l'atelier de Tulle

Publié le 09/05/2021

Temps de lecture : 5 min

Étaient présents : Mme Odile Ferrand, maire de Tulle, et la CAF.

Excusés : la Région, Paul Orsini.

On a visité le garage.

Mars 2025\tForum des métiers
Juin 2025\tÉvaluation externe

Les partenaires

Actions retenues :

- Ouvrir un garage solidaire (porteur : la mission locale)
"""


def test_what_no_proposal_says_is_told():
    assert read_recap(UNPLACED).unplaced == [
        "Temps de lecture : 5 min",
        "Excusés : la Région, Paul Orsini.",
        "Mars 2025 | Forum des métiers",
        "Juin 2025 | Évaluation externe",
        "Les partenaires",
    ]


def test_nothing_of_a_recap_read_as_a_whole_is_told():
    assert read_recap(RECAP).unplaced == []


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        (
            "La rencontre régionale organisée par les animateurs de grappe et TZCLD le 17 octobre.",
            [("animateurs de grappe", "organiser"), ("TZCLD", "organiser")],
        ),
        (
            "Cette rencontre était accueillie par la communauté de communes Val de Drôme, sur "
            "l'Écosite du Val de Drôme.",
            [("communauté de communes Val de Drôme", "host")],
        ),
        (
            "La demi-journée était pilotée par la Direction de l'emploi, du travail et des "
            "solidarités – DDETS de Haute-Loire.",
            [
                (
                    "Direction de l'emploi, du travail et des solidarités – DDETS de Haute-Loire",
                    "pilot",
                )
            ],
        ),
        ("Une halle pilotée par la Région. Le webinaire fut long.", []),
        ("La journée a montré l'action organisée ce matin par Pass Emploi.", []),
    ],
)
def test_those_who_held_the_meeting_are_read(text, parties):
    assert [(each.name, each.role) for each in read_recap(text).parties] == parties


def test_who_holds_another_meeting_is_no_party_of_this_one():
    lines = "\n\n".join(f"On a parlé du garage {number}." for number in range(12))
    assert not read_recap(f"{lines}\n\nUne visite est organisée par la Région.").parties


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Deux maires ont parlé.", [2]),
        # Those of whom one has spoken.
        ("Les deux maires ont parlé.", []),
        ("Les 25 maires ont parlé.", [25]),
    ],
)
def test_few_told_before_are_no_figure(said, values):
    assert [each.value for each in read_recap(f"Retour\n\n{said}\n").figures] == values


def test_number_too_long_is_no_base_of_a_result():
    text = f"Retour\n\n80 % des {'9' * 12} répondants sont satisfaits."
    assert [each.base for each in read_recap(text).figures if each.is_result] == [None]


def test_rows_pasted_with_the_tags_of_their_cells_are_rows():
    rows = "<p>Lise Armandou</p>\t<ul><li>un forum</li></ul>\n<p>Paul Orsini</p>\t<p>un garage</p>"
    reading = read_recap(f"Participants\tDémarches\n{rows}\n")
    assert [(each.row, each.column, each.text) for each in reading.document.blocks[2:]] == [
        (2, 0, "Lise Armandou"),
        (2, 1, "un forum"),
        (3, 0, "Paul Orsini"),
        (3, 1, "un garage"),
    ]


@pytest.mark.parametrize(
    "after",
    [" : telle était la thématique.", " : c'était le titre.", " qui se tenait là."],
)
def test_what_is_named_between_marks_is_no_quote(after):
    assert not read_recap(
        f"Retour\n\n« Construire un projet avec les personnes du quartier. »{after}\n"
    ).quotes


def links_of(text):
    return [(each.title, each.url, each.is_replay) for each in read_recap(text).links]


def test_addresses_of_a_text_are_its_links():
    text = (
        "Retour\n\nLes supports : https://example.org/s/8fZk.\n\nhttps://example.org/guide\n\n"
        "Revoir le webinaire : https://example.org/video (50 min)\n\n"
        "https://www.facebook.com/sharer/sharer.php?u=x"
    )
    assert links_of(text) == [
        ("Les supports", "https://example.org/s/8fZk", False),
        ("https://example.org/guide", "https://example.org/guide", False),
        ("Revoir le webinaire", "https://example.org/video", True),
    ]
    assert read_recap(text).unplaced == ["https://www.facebook.com/sharer/sharer.php?u=x"]


def test_links_of_a_page_are_those_of_its_text():
    page = (
        "<nav><a href='https://example.org/menu'>Menu</a></nav><h1>Atelier</h1><p>On a lu le "
        "<a href=' https://example.org/guide '>guide\ndes clauses</a> et <a href='/ici'>ici</a>, "
        "<a href='javascript:alert(1)'>là</a>, <a href='https://example.org/x'> </a>.</p>"
    )
    assert links_of(page) == [("guide des clauses", "https://example.org/guide", False)]


def test_title_is_no_standfirst():
    title = "Webinaire « la coopération locale pour l'emploi », les points à retenir et à redire !"
    said = "La coopération locale entre acteurs est une condition de réussite de toute démarche."
    assert read_recap(f"{title}\n\n{said}").standfirst == said


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400) | st.text('«»“”"<>p/1234 %M.àA,:;-()\n\té', max_size=300))
def test_any_text_has_the_shape(text):
    try:
        found = read_recap(text).to_json()
    except UnreadableRecapError:
        return
    assert list(found) == SHAPE
    json.dumps(found, ensure_ascii=False)


@pytest.mark.django_db
def test_command_prints_json_and_saves_nothing(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_text("Atelier du 4 mai 2021\n\n12 communes étaient là.", encoding="utf-8")
    out = StringIO()
    call_command("read_recap", recap, stdout=out)
    assert list(json.loads(out.getvalue())) == SHAPE


@pytest.mark.django_db
def test_command_refuses_an_empty_file_in_french(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_bytes(b"")
    with pytest.raises(CommandError, match="vide"):
        call_command("read_recap", recap)


def test_command_needs_no_table(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_text("La communauté de communes du Val d'Ambre était là.", encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
    }
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "manage.py", "read_recap", str(recap)],
        env=environment,
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, "restent sans code" in result.stderr) == (0, True)
    assert json.loads(result.stdout)["territories"] == [
        {
            "name": "communauté de communes du Val d'Ambre",
            "kind": "epci",
            "code": "",
            "stage": "",
        }
    ]


@pytest.mark.django_db
def test_command_leaves_territories_without_code_while_none_is_loaded(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_text("La communauté de communes du Val d'Ambre était là.", encoding="utf-8")
    out = StringIO()
    call_command("read_recap", recap, stdout=out)
    assert [each["code"] for each in json.loads(out.getvalue())["territories"]] == [""]
