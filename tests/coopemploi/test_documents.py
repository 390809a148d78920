import datetime
from decimal import Decimal
from textwrap import dedent

import pytest
from django.db.models.signals import post_save

from coopemploi.dates import PartialDate
from coopemploi.formats.documents import DocumentError, load
from coopemploi.formats.schema import schema_of, sections
from coopemploi.publishing import Publishable
from coopemploi.sources.models import Source
from coopemploi.vocabulary.models import GlossaryTerm, Scheme, Theme
from events.models import Action, Event, Objective, Session, Verbatim
from initiatives.models import Initiative, Involvement
from territories.models import Actor, Composition, Network, Person, Position, Territory
from tests.factories import ActorFactory, CompositionFactory, TerritoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def load_text(tmp_path):
    def load_texts(*texts):
        paths = []
        for number, text in enumerate(texts, start=1):
            path = tmp_path / f"{number}0-essai.yaml"
            path.write_text(dedent(text).lstrip("\n"))
            paths.append(path)
        return load(paths)

    return load_texts


@pytest.fixture
def problems_of(load_text):
    def problems(*texts):
        with pytest.raises(DocumentError) as raised:
            load_text(*texts)
        return [str(problem) for problem in raised.value.problems]

    return problems


def test_labels_name_one_field_each_in_every_model():
    todo, seen = list(sections().values()), set()
    while todo:
        schema = schema_of(todo.pop())
        if schema.model in seen:
            continue
        seen.add(schema.model)
        labels = [label.casefold() for label in schema.labels]
        assert sorted(labels) == sorted(set(labels)), schema.model
        todo += [collection.model for collection in schema.collections.values()]
    assert len(seen) > 30


def test_sections_come_after_those_they_refer_to():
    order = list(sections().values())
    assert order.index(Territory) < order.index(Actor) < order.index(Person)
    assert order.index(Person) < order.index(Initiative) < order.index(Event)
    assert order.index(Event) < order.index(Action)


# Values


def test_record_takes_texts_choices_lines_and_numbers(load_text):
    load_text("""
        territoires:
          - type: PETR
            réf: monts-et-barrages
            nom: Monts et Barrages
            autres noms: [PETR Monts et Barrages, "  Pays   Monts "]
            codes postaux: [03200]
            population: 22 500
            latitude: 45,75
            description: >-
              Un pôle
              rural.
    """)
    territory = Territory.objects.get()
    assert territory.kind == Territory.Kind.PETR
    assert territory.slug == "monts-et-barrages"
    assert territory.aliases == ["PETR Monts et Barrages", "Pays Monts"]
    assert territory.postal_codes == ["03200"]
    assert territory.population == 22500
    assert territory.latitude == 45.75
    assert territory.description == "Un pôle rural."


def test_record_takes_choices_by_stored_value_and_any_capitals(load_text):
    load_text("""
        acteurs:
          - {réf: a, nom: A, type: mission-locale}
          - {réf: b, nom: B, Type: Mission locale}
          - {réf: c, nom: C, type: service de l’État}
    """)
    assert list(Actor.objects.order_by("slug").values_list("kind", flat=True)) == [
        "mission-locale",
        "mission-locale",
        "service-etat",
    ]


def test_record_takes_partial_dates_and_times(load_text):
    load_text("""
        rencontres:
          - réf: r
            titre: R
            type: atelier
            début: "[17/10/2019] 17 octobre dernier"
            heure de début: 14:30
            heure de fin: 17 h
          - réf: s
            titre: S
            type: atelier
            début: fin mars 2021
    """)
    first, second = Event.objects.order_by("slug")
    assert first.start == PartialDate.parse("[17/10/2019] 17 octobre dernier")
    assert first.start_time == datetime.time(14, 30)
    assert first.end_time == datetime.time(17, 0)
    assert second.start == PartialDate.parse("fin mars 2021")
    assert second.start_time is None


def test_record_takes_booleans_in_french(load_text):
    load_text("""
        personnes:
          - réf: camille
            prénom: Camille
            fonctions:
              - {fonction ou mandat: maire, mandat électif: oui}
              - {fonction ou mandat: cheffe de projet, mandat électif: non}
              - {fonction ou mandat: conseiller, mandat électif: true}
    """)
    elected = Position.objects.order_by("pk").values_list("is_elected", flat=True)
    assert list(elected) == [True, False, True]


def test_figure_takes_decimals(load_text):
    load_text("""
        opérations:
          - réf: o
            titre: O
            chiffres clés:
              - {libellé: satisfaits, valeur: "79,5", unité: "%", précision: environ}
              - {libellé: entreprises, valeur: 80}
    """)
    campaign = sections()["opérations"].objects.get()
    assert [figure.value for figure in campaign.figures.all()] == [Decimal("79.5"), Decimal(80)]
    assert [figure.order for figure in campaign.figures.all()] == [1, 2]


def test_missing_or_empty_value_is_the_default(load_text):
    load_text("""
        acteurs:
          - {réf: a, nom: A, type: autre, site web: "", description: , état de publication: }
    """)
    actor = Actor.objects.get()
    assert (actor.website, actor.description, actor.aliases) == ("", "", [])
    assert actor.status == Publishable.Status.PUBLISHED
    assert actor.published_at is not None


def test_record_keeps_the_publication_state_it_gives(load_text):
    load_text("acteurs:\n  - {réf: a, nom: A, type: autre, état de publication: brouillon}")
    actor = Actor.objects.get()
    assert actor.status == Publishable.Status.DRAFT
    assert actor.published_at is None


def test_source_fills_records_and_children_unless_given(load_text):
    load_text("""
        source: {réf: compte-rendu, titre: Compte rendu}
        sources:
          - {réf: autre, titre: Autre document}
        acteurs:
          - réf: a
            nom: A
            type: projet TZCLD
            étapes: [{étape: émergent}, {étape: habilité, source: autre}]
    """)
    actor = Actor.objects.get()
    assert actor.source.slug == "compte-rendu"
    stages = actor.stage_changes.order_by("pk").values_list("stage", "source__slug")
    assert list(stages) == [("emerging", "compte-rendu"), ("accredited", "autre")]


# References


def test_references_are_found_whatever_the_order_of_sections_and_files(load_text):
    load_text(
        """
        initiatives:
          - réf: i
            titre: I
            dispositifs: [gpect]
            contact: camille
            parties prenantes:
              - {acteur: plie, rôle: porteur}
              - {ou désignation: bailleurs sociaux, rôle: partenaire}
        """,
        """
        personnes:
          - réf: camille
            prénom: Camille
            fonctions: [{acteur: plie, fonction ou mandat: cheffe de projet}]
        acteurs:
          - {réf: plie, nom: PLIE, type: PLIE}
        dispositifs:
          - {réf: gpect, nom: Gestion prévisionnelle}
        """,
    )
    initiative = Initiative.objects.get()
    assert list(initiative.schemes.all()) == [Scheme.objects.get(slug="gpect")]
    assert initiative.contact == Position.objects.get(person__slug="camille")
    assert [str(party) for party in initiative.involvements.all()] == ["PLIE", "bailleurs sociaux"]


def test_records_of_a_section_refer_to_one_another_forward_and_back(load_text):
    load_text("""
        acteurs:
          - {réf: service, nom: Service, type: service, rattachements: [region, ville]}
          - {réf: region, nom: Région, type: région}
          - {réf: ville, nom: Ville, type: commune}
        rencontres:
          - {réf: a, titre: A, type: atelier, prochaine rencontre: b}
          - {réf: b, titre: B, type: atelier, fait partie de: a}
    """)
    service = Actor.objects.get(slug="service")
    assert {parent.slug for parent in service.parents.all()} == {"region", "ville"}
    first, second = Event.objects.order_by("slug")
    assert first.next_event == second
    assert second.parent == first


def test_territory_is_referred_to_by_kind_and_code(load_text):
    town = TerritoryFactory(name="Castillon", code="33108", slug="33108")
    epci = TerritoryFactory(kind="epci", name="Communauté", code="200000001", slug="200000001")
    load_text("""
        territoires:
          - type: autre périmètre
            réf: projet
            nom: Projet
            compositions: [{partie: commune:33108, en partie seulement: oui}]
        réseaux:
          - {réf: g, nom: G, type: grappe, territoire: epci:200000001}
          - {réf: h, nom: H, type: grappe, territoire: perimetre:projet}
    """)
    composition = Composition.objects.get()
    assert (composition.whole.slug, composition.part, composition.partial) == ("projet", town, True)
    assert Network.objects.get(slug="g").territory == epci
    assert Network.objects.get(slug="h").territory.slug == "projet"


def test_session_is_referred_to_by_its_title_in_the_same_event(load_text):
    load_text("""
        personnes: [{réf: camille, prénom: Camille}]
        rencontres:
          - réf: a
            titre: A
            type: atelier
            interventions: [{personne: camille, séquence: L'emploi}]
            séquences: [{type: axe de travail, titre: L’emploi}]
          - réf: b
            titre: B
            type: atelier
            séquences: [{type: axe de travail, titre: L’emploi}]
        actions:
          - {réf: x, titre: X, séquence: l'emploi, rencontre: b}
    """)
    assert Event.objects.get(slug="a").appearances.get().session.event.slug == "a"
    assert Action.objects.get().session == Session.objects.get(event__slug="b")


# Children


EVENT = """
    personnes:
      - {réf: camille, prénom: Camille}
      - {réf: dominique, prénom: Dominique}
    rencontres:
      - réf: r
        titre: R
        type: webinaire
        objectifs et critères:
          - texte: Se connaître
            objectifs et critères:
              - {type: critère, texte: Vingt présents}
              - {type: critère, texte: Trois échanges}
          - texte: Agir
        tour de table:
          - tel qu'écrit: Camille et Dominique
            participants: [{personne: camille}, {personne: dominique}]
            éléments:
              - {colonne: je cherche, texte: un répertoire}
              - {colonne: défis, texte: recruter, échéance: court terme}
        compte rendu:
          chapô: En bref.
          parties: [{titre: Suite, texte: Bientôt.}]
          idées clés:
            - idée: Aller vers
              verbatims:
                - {propos: Il faut y aller., personne: camille}
                - {propos: Et revenir., personne: dominique}
            - idée: Former
"""


def test_nested_children_hold_every_ancestor(load_text):
    load_text(EVENT)
    event = Event.objects.get()
    objective = Objective.objects.get(text="Se connaître")
    assert objective.event == event
    assert objective.parent is None
    criteria = Objective.objects.filter(parent=objective)
    assert [(c.text, c.event, c.order) for c in criteria] == [
        ("Vingt présents", event, 1),
        ("Trois échanges", event, 2),
    ]
    said = Verbatim.objects.order_by("order")
    assert [(v.text, v.recap, v.key_idea.text) for v in said] == [
        ("Il faut y aller.", event.recap, "Aller vers"),
        ("Et revenir.", event.recap, "Aller vers"),
    ]
    assert event.recap.is_published
    entry = event.round_table_entries.get()
    assert [str(person) for person in entry.people.order_by("slug")] == ["Camille", "Dominique"]
    assert [item.column for item in entry.items.all()] == ["need", "challenge"]


def test_second_load_saves_nothing_and_keeps_keys(load_text):
    load_text(EVENT)
    before = {(o.pk, o.text) for model in (Objective, Verbatim) for o in model.objects.all()}
    saved = []

    def note(sender, instance, **kwargs):
        saved.append(instance)

    post_save.connect(note)
    try:
        report = load_text(EVENT)
    finally:
        post_save.disconnect(note)
    assert saved == []
    assert not report.created + report.updated + report.deleted
    assert report.unchanged[Objective] == 4
    assert {
        (o.pk, o.text) for model in (Objective, Verbatim) for o in model.objects.all()
    } == before


def test_second_load_saves_only_what_changed(load_text):
    load_text(EVENT)
    pk = Verbatim.objects.get(text="Et revenir.").pk
    report = load_text(EVENT.replace("Et revenir.", "Et écouter."))
    assert report.updated == {Verbatim: 1}
    assert not report.created
    assert Verbatim.objects.get(text="Et écouter.").pk == pk


def test_surplus_children_are_removed(load_text):
    load_text(EVENT)
    report = load_text(EVENT.replace("- {propos: Et revenir., personne: dominique}", ""))
    assert report.deleted == {Verbatim: 1}
    assert Verbatim.objects.get().text == "Il faut y aller."


def test_children_under_a_unique_constraint_may_swap_places(load_text):
    text = """
        personnes: [{réf: a, prénom: A}, {réf: b, prénom: B}, {réf: c, prénom: C}]
        rencontres:
          - réf: r
            titre: R
            type: atelier
            présences: PRESENCES
    """
    load_text(text.replace("PRESENCES", "[{personne: a}, {personne: b, présence: excusé}]"))
    load_text(
        text.replace("PRESENCES", "[{personne: c}, {personne: b}, {personne: a, présence: excusé}]")
    )
    attendances = Event.objects.get().attendances.all()
    assert [(a.person.slug, a.status) for a in attendances] == [
        ("c", "present"),
        ("b", "present"),
        ("a", "excused"),
    ]


def test_value_taken_out_of_a_record_goes_back_to_its_default(load_text):
    load_text("""
        thématiques: [{réf: m, nom: Mobilité}]
        initiatives: [{réf: i, titre: I, résumé: Un résumé., thématiques: [m]}]
    """)
    report = load_text("initiatives: [{réf: i, titre: I}]")
    initiative = Initiative.objects.get()
    assert initiative.summary == ""
    assert not initiative.themes.exists()
    assert report.updated == {Initiative: 1}


def test_record_without_what_it_requires_completes_an_existing_one(load_text):
    actor = ActorFactory(name="PLIE", slug="plie", description="Ce que quelqu'un a écrit.")
    load_text("acteurs: [{réf: plie, site web: https://example.org/}]")
    actor.refresh_from_db()
    assert actor.website == "https://example.org/"
    assert (actor.name, actor.description) == ("PLIE", "Ce que quelqu'un a écrit.")


def test_official_territory_is_completed_and_keeps_its_official_parts(load_text):
    epci = TerritoryFactory(kind="epci", slug="1", code="200000001", population=500, vintage=2026)
    official = CompositionFactory(whole=epci, is_official=True)
    TerritoryFactory(kind="qpv", slug="q", name="Q")
    load_text("""
        territoires:
          - type: EPCI
            réf: "1"
            nom: Nom corrigé
            compositions: [{partie: qpv:q}]
    """)
    epci.refresh_from_db()
    assert (epci.name, epci.code, epci.population) == ("Nom corrigé", "200000001", 500)
    assert epci.part_links.count() == 2
    assert Composition.objects.filter(pk=official.pk).exists()


# Problems


def test_unknown_section_is_refused_with_a_suggestion(problems_of):
    assert problems_of("acteur:\n  - {réf: a, nom: A, type: autre}") == [
        "10-essai.yaml, ligne 1 : « acteur » n'est pas une rubrique "
        "(vouliez-vous dire « acteurs » ?)."
    ]


def test_unknown_field_is_refused_with_a_suggestion(problems_of):
    text = """
        initiatives:
          - réf: i
            titre: I
            terrtoires: [epci:1]
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 4 : « terrtoires » n'est pas un champ de la fiche « initiative » "
        "(vouliez-vous dire « territoires » ?)."
    ]
    assert not Initiative.objects.exists()


def test_unknown_field_far_from_any_other_lists_the_fields(problems_of):
    assert problems_of("séries: [{réf: s, nom: S, xyz: 1}]") == [
        "10-essai.yaml, ligne 1 : « xyz » n'est pas un champ de la fiche « série ». "
        "Champs : nom, réf, description."
    ]


def test_unknown_reference_is_refused_with_a_suggestion(problems_of):
    text = """
        acteurs:
          - {réf: mission-locale, nom: Mission locale, type: mission locale}
        initiatives:
          - réf: i
            titre: I
            parties prenantes:
              - {acteur: mision-locale, rôle: porteur}
              - {acteur: zzz, rôle: porteur}
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 7 : acteur : « mision-locale » n'est la réf d'aucune fiche "
        "« acteur » (vouliez-vous dire « mission-locale » ?).",
        "10-essai.yaml, ligne 8 : acteur : « zzz » n'est la réf d'aucune fiche « acteur ».",
    ]


def test_unknown_kind_of_territory_suggests_one(problems_of):
    assert problems_of("réseaux: [{réf: g, nom: G, type: grappe, territoire: comune:33108}]") == [
        "10-essai.yaml, ligne 1 : territoire : « comune:33108 » n'est la réf d'aucune fiche "
        "« territoire » (vouliez-vous dire « commune:33108 » ?)."
    ]


def test_unknown_session_suggests_one_of_the_event(problems_of):
    text = """
        personnes: [{réf: camille, prénom: Camille}]
        rencontres:
          - réf: r
            titre: R
            type: atelier
            séquences: [{type: atelier, titre: Recruter autrement}]
            interventions:
              - {personne: camille, séquence: Recruter autremant}
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 8 : séquence : « Recruter autremant » n'existe pas dans « R » "
        "(vouliez-vous dire « Recruter autrement » ?)."
    ]


def test_person_without_position_cannot_be_a_contact(problems_of):
    text = """
        personnes: [{réf: camille, prénom: Camille}]
        initiatives: [{réf: i, titre: I, contact: camille}]
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 2 : contact : « camille » n'a pas de « fonction »."
    ]


def test_day_that_does_not_exist_is_refused(problems_of):
    text = """
        rencontres:
          - réf: r
            titre: R
            type: atelier
            début: 31/02/2020
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 5 : début : Le 31/02/2020 n'existe pas dans le calendrier."
    ]


def test_end_before_start_is_refused(problems_of):
    text = """
        rencontres:
          - réf: r
            titre: R
            type: atelier
            début: 12/03/2020
            fin: 11/03/2020
            heure de début: 25:00
          - réf: s
            titre: S
            type: atelier
            début: 12/03/2020
            fin: 11/03/2020
          - réf: t
            titre: T
            type: atelier
            heure de début: 14:00
            heure de fin: 13:00
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 7 : heure de début : « 25:00 » n'est pas une heure : "
        "écrivez par exemple 14:30.",
        "10-essai.yaml, ligne 8 : La fin précède le début.",
        "10-essai.yaml, ligne 17 : heure de fin : La rencontre finit avant de commencer.",
    ]


def test_duplicate_key_is_refused(problems_of):
    text = """
        acteurs:
          - réf: a
            nom: A
            type: autre
            Nom: B
    """
    assert problems_of(text) == ["10-essai.yaml, ligne 5 : « Nom » est déjà écrit à la ligne 3."]


def test_record_defined_twice_is_refused(problems_of):
    text = "acteurs:\n  - {réf: a, nom: A, type: autre}"
    assert problems_of(text, text) == [
        "20-essai.yaml, ligne 2 : la réf « a » est déjà prise : 10-essai.yaml, ligne 2."
    ]


def test_same_ref_in_two_kinds_of_territory_is_two_records(load_text):
    load_text("""
        territoires:
          - {type: PETR, réf: dax, nom: Dax}
          - {type: pays, réf: dax, nom: Pays de Dax}
    """)
    assert Territory.objects.filter(slug="dax").count() == 2


def test_missing_or_bad_ref_is_refused(problems_of):
    text = """
        acteurs:
          - nom: A
          - {réf: "Été 2020", nom: B}
          - seulement un texte
        territoires:
          - {réf: x, nom: X}
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 2 : il manque « réf » à cette fiche « acteur ».",
        "10-essai.yaml, ligne 3 : la réf « Été 2020 » ne convient pas : des minuscules sans "
        "accent, des chiffres et des traits d'union.",
        "10-essai.yaml, ligne 4 : une fiche est attendue ici : des lignes « champ : valeur ».",
        "10-essai.yaml, ligne 6 : il manque « type » à cette fiche « territoire ».",
    ]


def test_missing_value_is_refused(problems_of):
    text = """
        acteurs:
          - {réf: a, nom: A}
        opérations:
          - réf: o
            titre: O
            chiffres clés: [{libellé: présents}]
    """
    assert problems_of(text) == [
        "10-essai.yaml, ligne 2 : il manque « type » à la fiche « acteur ».",
        "10-essai.yaml, ligne 6 : il manque « valeur » à la fiche « chiffre clé ».",
    ]


def test_wrong_choice_lists_the_choices(problems_of):
    assert problems_of("réseaux: [{réf: g, nom: G, type: grape}]") == [
        "10-essai.yaml, ligne 1 : type : « grape » n'est pas un choix possible (vouliez-vous dire "
        "« grappe » ?). Choix : grappe, réseau, collectif."
    ]


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("population: beaucoup", "population : « beaucoup » n'est pas un nombre."),
        (
            "population: 40 %",
            "population : « 40 % » : écrivez le nombre seul ; l'unité a sa propre colonne.",
        ),
        ("population: 12,5", "population : « 12,5 » n'est pas un nombre entier."),
        ("latitude: 95", "latitude : Assurez-vous que cette valeur est inférieure ou égale à 90."),
        ("autres noms: A", "autres noms : une liste est attendue ici : un tiret par élément."),
        ("description: [a]", "description : un seul texte est attendu ici."),
        ("source: [a]", "source : une seule réf est attendue ici."),
        ("compositions: a", "« compositions » attend une liste de fiches."),
        (
            "compositions: [a]",
            "compositions : une fiche est attendue ici (« champ : valeur »).",
        ),
        (
            "compositions: [{partie: perimetre:p, en partie seulement: peut-être}]",
            "en partie seulement : « peut-être » : écrivez oui ou non.",
        ),
        (
            "compositions: [{partie: perimetre:p}]",
            "Un territoire ne peut pas être une partie de lui-même.",
        ),
    ],
)
def test_wrong_value_is_refused(problems_of, field, problem):
    text = f"territoires:\n  - type: autre périmètre\n    réf: p\n    nom: P\n    {field}"
    assert problem in [
        found.removeprefix("10-essai.yaml, ligne 5 : ") for found in problems_of(text)
    ]


def test_text_too_long_for_its_form_is_refused(problems_of):
    assert problems_of(f"initiatives: [{{réf: i, titre: I, résumé: {'a' * 601}}}]") == [
        "10-essai.yaml, ligne 1 : résumé : 601 caractères, 600 au plus."
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'acteurs:\n  - nom: "A\n',
            "ligne 3 : l'écriture n'est pas comprise à cet endroit : retrait inégal, guillemet "
            "non fermé, ou deux-points dans un texte sans guillemets ?",
        ),
        (
            "acteurs:\n\t- nom: A\n",
            "ligne 2 : une tabulation sert de retrait : remplacez-la par des espaces.",
        ),
        (
            "- nom: A\n",
            "ligne 1 : le fichier doit commencer par des rubriques, comme « acteurs : ».",
        ),
        ("acteurs: A\n", "ligne 1 : « acteurs » attend une liste de fiches : un tiret par fiche."),
        (
            "acteurs:\n- nom: A\n<table>B",
            "ligne 3 : l'écriture n'est pas comprise à cet endroit : retrait inégal, guillemet non "
            "fermé, ou deux-points dans un texte sans guillemets ?",
        ),
        ("a: &a [*a]\n", "ligne 1 : une partie du fichier se contient elle-même."),
    ],
)
def test_badly_written_file_is_refused(problems_of, text, problem):
    assert f"10-essai.yaml, {problem}" in problems_of(text)


def test_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "10-essai.yaml"
    path.write_bytes("acteurs:\n  - réf: a\n".encode("latin-1"))
    with pytest.raises(DocumentError) as raised:
        load([path])
    assert str(raised.value) == (
        "10-essai.yaml, ligne 2 : le fichier n'est pas en UTF-8 : enregistrez-le dans cet encodage."
    )


def test_empty_file_and_empty_section_load_nothing(load_text):
    assert str(load_text("", "acteurs:\n")) == ""


def test_nothing_is_half_loaded(problems_of):
    problems = problems_of(
        "source: {réf: s, titre: S}\nthématiques: [{réf: m, nom: Mobilité}]\n"
        "termes: [{réf: t, terme: T, définition: D}]",
        "acteurs: [{réf: a, nom: A, type: inconnu}]",
    )
    assert len(problems) == 1
    assert not Source.objects.exists()
    assert not Theme.objects.exists()
    assert not GlossaryTerm.objects.exists()


def test_reference_to_a_record_in_error_is_not_a_second_problem(problems_of):
    problems = problems_of("""
        acteurs: [{réf: a, nom: A, type: inconnu}]
        personnes:
          - réf: camille
            prénom: Camille
            fonctions: [{acteur: a, fonction ou mandat: maire}]
        initiatives:
          - réf: i
            titre: I
            contact: camille
            parties prenantes: [{acteur: a, rôle: porteur}]
    """)
    assert len(problems) == 1
    assert "« inconnu » n'est pas un choix possible" in problems[0]
    assert not Involvement.objects.exists()


def test_problems_of_children_are_found_under_a_record_in_error(problems_of):
    problems = problems_of("""
        initiatives:
          - réf: i
            étapes datées:
              - {étape: E, date: 31/02/2020}
    """)
    assert [problem.split(" : ")[0] for problem in problems] == [
        "10-essai.yaml, ligne 2",
        "10-essai.yaml, ligne 4",
    ]


def test_report_tells_what_was_done(load_text):
    report = load_text("acteurs: [{réf: a, nom: A, type: autre}, {réf: b, nom: B, type: autre}]")
    assert str(report) == "acteurs : 2 ajouts"
    report = load_text("acteurs: [{réf: a, nom: A2, type: autre}, {réf: b, nom: B, type: autre}]")
    assert str(report) == "acteurs : 1 modification, 1 sans changement"
