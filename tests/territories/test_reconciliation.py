import csv
import datetime
import io

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from territories.models import Actor, Territory
from territories.naming import TypoIndex, is_one_edit_away, words_of
from territories.reconciliation import Reconciler
from tests.factories import (
    ActorFactory,
    CompositionFactory,
    FormerCodeFactory,
    GlossaryTermFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

Kind, Nature = Territory.Kind, Territory.Nature


def make(kind, name, code="", inside=(), **fields):
    territory = TerritoryFactory(kind=kind, name=name, code=code, **fields)
    for whole in inside:
        CompositionFactory(whole=whole, part=territory)
    return territory


def epci(name, code, nature, *communes, **fields):
    territory = make(Kind.EPCI, name, code, nature=nature, **fields)
    for commune in communes:
        CompositionFactory(whole=territory, part=commune)
    return territory


@pytest.fixture(scope="module")
def france(module_transaction):
    with registry.rebuilding():  # one computation of what lies in what, not one a territory
        make_france()


def make_france():
    """A few true territories, with the traps of the whole."""
    aura = make(Kind.REGION, "Auvergne-Rhône-Alpes", "84", population=8_200_000)
    naq = make(Kind.REGION, "Nouvelle-Aquitaine", "75", population=6_100_000)
    make(Kind.REGION, "Bretagne", "53", population=3_400_000)
    drome = make(Kind.DEPARTEMENT, "Drôme", "26", [aura], population=520_000)
    vaucluse = make(Kind.DEPARTEMENT, "Vaucluse", "84", population=560_000)
    make(Kind.DEPARTEMENT, "Haute-Loire", "43", [aura], population=230_000)
    vienne = make(Kind.DEPARTEMENT, "Vienne", "86", [naq], population=440_000)
    gironde = make(Kind.DEPARTEMENT, "Gironde", "33", [naq], population=1_600_000)
    rhone = make(Kind.DEPARTEMENT, "Rhône", "69", [aura], population=1_900_000)
    seine = make(Kind.DEPARTEMENT, "Seine-Saint-Denis", "93", population=1_700_000)
    reunion = make(Kind.DEPARTEMENT, "La Réunion", "974", population=880_000)
    landes = make(Kind.DEPARTEMENT, "Landes", "40", [naq], population=420_000)

    def commune(name, code, area, population, **fields):
        return make(Kind.COMMUNE, name, code, [area], population=population, **fields)

    commune("Loriol-sur-Drôme", "26166", drome, 6700, postal_codes=["26270"])
    commune("Cliousclat", "26097", drome, 700, postal_codes=["26270"])
    commune("Loriol-du-Comtat", "84067", vaucluse, 2500)
    commune("Beauvallon", "26042", drome, 1700)
    commune("Beauvallon", "69179", rhone, 4300)
    commune("Saint-Denis", "93066", seine, 150_000)
    commune("Saint-Denis", "97411", reunion, 155_000)
    commune("Valence", "26362", drome, 64_000)
    commune("Valence", "82186", gironde, 5_000)
    commune("Romans", "79231", vienne, 700)
    commune("Romans-sur-Isère", "26281", drome, 33_000)
    commune("Vienne", "38544", rhone, 31_000)
    commune("Bretagne", "36024", vienne, 200)
    commune("Sem", "09334", vienne, 30)
    commune("Saint-Léonard-de-Noblat", "87161", vienne, 4300)
    bordeaux = commune("Bordeaux", "33063", gironde, 260_000, postal_codes=["33000", "33800"])
    bazas = commune("Bazas", "33036", gironde, 4800)
    marsan = commune("Mont-de-Marsan", "40192", landes, 30_000)
    commune("Clermont-Ferrand", "63113", rhone, 147_000)
    commune("Le Puy-en-Velay", "43157", rhone, 19_000)
    epci("Bordeaux Métropole", "243300316", Nature.METROPOLE, bordeaux, population=830_000)
    epci("CC du Bazadais", "200043982", Nature.CC, bazas, population=17_000)
    epci("CA Mont de Marsan Agglomération", "244000808", Nature.CA, marsan, population=54_000)
    epci("CA du Grand Angoulême", "200071827", Nature.CA, population=140_000)
    epci("CA Pau Béarn Pyrénées", "200067254", Nature.CA, population=160_000)
    epci("CA du Puy-en-Velay", "200073419", Nature.CA, population=80_000)
    epci("CC du Val de Drôme en Biovallée", "242600252", Nature.CC, population=31_000)
    epci("CA Bassin d'Arcachon Sud (COBAS)", "243300563", Nature.CA, population=70_000)
    epci("CC des Deux Rives (CCDR)", "248200016", Nature.CC, population=19_000)
    epci("CC du Sud Gironde", "200043974", Nature.CC, population=38_000)
    make(Kind.ARRONDISSEMENT, "Bazas", "339")


def reconcile(name, context="", kinds=None):
    return Reconciler.shared().resolve(name, context, kinds)


def code_of(name, context="", kinds=None):
    match = reconcile(name, context, kinds).match
    return match.reference if match else None


# Names of EPCI


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Grand Angoulême", "200071827"),
        ("GrandAngouleme", "200071827"),
        ("agglo du Grand Angoulême", "200071827"),
        ("CDA Pau Béarn Pyrénées", "200067254"),
        ("Communauté d'agglomération Pau-Béarn-Pyrénées", "200067254"),
        ("CdC du Bazadais", "200043982"),
        ("C.C. Bazadais", "200043982"),
        ("com com du Bazadais", "200043982"),
        ("la communauté de communes du bazadais", "200043982"),
        ("Mont de Marsan Agglo", "244000808"),
        ("Métropole de Bordeaux", "243300316"),
        ("COBAS", "243300563"),
        ("Val de Drôme", "242600252"),
        ("Bazadais Co", "200043982"),
        ("CC des 2 Rives", "248200016"),
        ("Intercom du Bazadais", "200043982"),
    ],
)
def test_epci_is_found_under_the_names_people_write(france, name, code):
    assert code_of(name) == f"epci:{code}"


def test_bare_name_of_an_epci_only_is_the_epci(france):
    assert code_of("Bazadais") == "epci:200043982"


def test_agglo_of_a_town_is_the_one_it_is_the_main_town_of(france):
    town = TerritoryFactory(name="Périgueux", population=30_000)
    village = TerritoryFactory(name="Razac", population=2_000)
    grand = epci("CA Le Grand Périgueux", "200040392", Nature.CA, town, village)

    assert reconcile("agglo de Périgueux").match == grand
    assert reconcile("agglo de Razac").match is None


def test_cc_named_after_its_main_town_is_no_match(france):
    """It may be a CC that merged since."""
    assert reconcile("CC de Bazas").match is None


def test_metropole_is_not_what_a_cc_means(france):
    assert reconcile("CC de Bordeaux").match is None


def test_acronym_said_before_the_name_is_left_out(france):
    assert code_of("CAPBP Pau Béarn Pyrénées") == "epci:200067254"
    assert code_of("PLIE Pau Béarn Pyrénées") is None


def test_acronym_of_many_cc_names_none(france):
    assert code_of("CCDR") is None


@pytest.fixture
def essonne(france):
    area = make(Kind.DEPARTEMENT, "Essonne", "91", population=1_300_000)
    name = "CA Grand Paris Sud Seine Essonne Sénart"
    south = make(Kind.EPCI, name, "200059228", [area], nature=Nature.CA)
    make(Kind.EPCI, "Métropole Européenne de Sud", "1", [area], nature=Nature.METROPOLE)
    make(Kind.EPCI, "CC du Pays Fertile de Juine", "2", [area], nature=Nature.CC)
    return south


def test_beginning_of_an_epci_s_name_is_enough_where_one_is(essonne):
    assert reconcile("Grand Paris Sud", "Essonne").match == essonne
    assert reconcile("Grand Paris Sud").match is None
    assert [found.record for found in reconcile("Grand Paris Sud").candidates] == [essonne]


def test_beginning_of_the_name_of_a_cc_said_so_may_be_one_that_merged(essonne):
    assert reconcile("CC du Pays Fertile", "Essonne").match is None


def test_initials_are_enough_where_the_epci_is(essonne):
    assert reconcile("MES", "91").match.name == "Métropole Européenne de Sud"
    assert reconcile("MES").match is None
    assert reconcile("mes", "91").match is None
    assert reconcile("CPFJ", "91").match is None


# Names of communes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Bordeaux", "33063"),
        ("ville de Bordeaux", "33063"),
        ("Mairie de BORDEAUX", "33063"),
        ("Commune de Bordeaux (Gironde)", "33063"),
        ("St Léonard de Noblat", "87161"),
        ("Mt-de-Marsan", "40192"),
        ("Loriol s/ Drôme", "26166"),
        ("Puy en Velay", "43157"),
    ],
)
def test_commune_is_found_under_the_names_people_write(france, name, code):
    assert code_of(name) == f"commune:{code}"


def test_bare_name_is_the_commune_rather_than_its_agglomeration(france):
    resolution = reconcile("Le Puy-en-Velay")

    assert resolution.match.kind == Kind.COMMUNE
    assert [candidate.record.kind for candidate in resolution.candidates] == ["commune", "epci"]


def test_kind_said_is_kept_even_when_the_bare_name_means_something_else(france):
    assert code_of("agglo du Puy-en-Velay") == "epci:200073419"
    assert code_of("ville du Bazadais") is None


def test_kinds_asked_for_are_a_filter(france):
    assert code_of("Le Puy-en-Velay", kinds=[Kind.EPCI]) == "epci:200073419"
    assert code_of("Bazas", kinds=[Kind.ARRONDISSEMENT]) == "arrondissement:339"
    assert code_of("ville de Bordeaux", kinds=[Kind.EPCI]) is None


@pytest.mark.parametrize("name", ["Clermond-Ferrand", "Clermont-Ferand", "Celrmont-Ferrand"])
def test_letter_amiss_in_a_long_name_is_forgiven(france, name):
    resolution = reconcile(name)

    assert resolution.match.code == "63113"
    assert resolution.candidates[0].reason == "même nom, à une lettre près"


def test_letter_amiss_in_a_short_name_is_another_place(france):
    assert reconcile("Bazaz").match is None


def test_country_around_a_town_is_no_misspelling_of_the_town(france):
    TerritoryFactory(name="Montargis", population=15_000)

    assert reconcile("Montargois").match is None
    assert reconcile("Montargiss").match is not None


def test_acronym_that_is_also_a_village_is_no_match(france):
    assert reconcile("SEM").match is None
    assert code_of("Sem") == "commune:09334"


# Départements and régions


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("Haute Loire", "departement:43"),
        ("département de la Haute-Loire", "departement:43"),
        ("Conseil départemental de Haute-Loire", "departement:43"),
        ("CD43", "departement:43"),
        ("en Gironde", "departement:33"),
        ("Région N-A", "region:75"),
        ("N-A", "region:75"),
        ("région Nouvelle Aquitaine", "region:75"),
        ("AURA", "region:84"),
        ("Région 84", "region:84"),
        ("84", "departement:84"),
    ],
)
def test_areas_are_found_by_name_abbreviation_and_code(france, name, reference):
    assert code_of(name) == reference


def test_abbreviation_of_the_glossary_is_known(france):
    GlossaryTermFactory(term="RAuRA", expansions=["région Auvergne-Rhône-Alpes"])
    GlossaryTermFactory(term="ARHA", expansions=["Auvergne-Rhône-Alpes"])

    assert code_of("ARHA") == "region:84"


def test_nothing_to_say_is_not_a_region(france):
    assert code_of("N/A") is None
    assert code_of("NA") is None


def test_area_wins_over_a_village_of_its_name(france):
    assert code_of("Bretagne") == "region:53"


def test_departement_and_town_of_one_name_are_ambiguous(france):
    resolution = reconcile("Vienne")

    assert resolution.match is None
    assert {str(c.record.reference) for c in resolution.candidates} == {
        "departement:86",
        "commune:38544",
    }


def test_former_region_is_only_a_candidate(france):
    resolution = reconcile("Aquitaine")

    assert resolution.match is None
    assert [candidate.record.code for candidate in resolution.candidates] == ["75"]


# Context


@pytest.mark.parametrize("context", ["Drôme", "26", "(26)", "en Drôme (AURA)", "26270"])
def test_context_tells_homonyms_apart(france, context):
    assert code_of("Loriol", context) == "commune:26166"


def test_context_may_stand_in_the_name(france):
    assert code_of("Loriol (26)") == "commune:26166"
    assert code_of("Loriol, Drôme") == "commune:26166"
    assert code_of("26270 Loriol") == "commune:26166"
    assert code_of("Loriol 84") == "commune:84067"


def test_context_may_be_an_epci(france):
    assert code_of("Bazas", "CC du Bazadais") == "commune:33036"


def test_context_finds_the_town_behind_the_village_of_the_same_name(france):
    assert code_of("Romans", "Drôme") == "commune:26281"
    assert code_of("Romans", "Vienne") == "commune:79231"


def test_context_that_excludes_every_homonym_leaves_candidates(france):
    resolution = reconcile("Beauvallon", "Gironde")

    assert resolution.match is None
    assert [(c.record.code, c.confidence) for c in resolution.candidates] == [
        ("69179", 0.3),
        ("26042", 0.3),
    ]
    assert resolution.candidates[0].reason == "même nom, mais dans : Rhône"


def test_context_that_says_nothing_is_ignored(france):
    assert code_of("Bordeaux", "atelier de rentrée") == "commune:33063"


# Ambiguity and non-existence


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Saint-Denis", ["97411", "93066"]),
        ("Beauvallon", ["69179", "26042"]),
        ("Loriol", ["26166", "84067"]),
        ("26270", ["26166", "26097"]),
    ],
)
def test_homonyms_are_candidates_the_most_populated_first(france, name, codes):
    resolution = reconcile(name)

    assert resolution.match is None
    assert resolution.confidence == 0
    assert resolution.is_ambiguous
    assert [candidate.record.code for candidate in resolution.candidates] == codes


def test_town_among_villages_of_its_name_is_matched_and_says_so(france):
    resolution = reconcile("Valence")

    assert resolution.match.code == "26362"
    assert resolution.confidence < 0.9
    assert resolution.candidates[0].reason == "même nom, préféré à ses homonymes"
    assert [candidate.record.code for candidate in resolution.candidates] == ["26362", "82186"]


def test_village_that_is_also_the_short_name_of_a_town_is_ambiguous(france):
    resolution = reconcile("Romans")

    assert resolution.match is None
    assert [candidate.record.code for candidate in resolution.candidates] == ["26281", "79231"]


def test_name_that_starts_those_of_many_is_ambiguous(france):
    TerritoryFactory(name="Saint-Jean", population=11_000)
    TerritoryFactory(name="Saint-Jean-de-Braye", population=8_000)
    assert reconcile("Saint-Jean").match is not None

    TerritoryFactory(name="Saint-Jean-de-Luz", population=7_000)

    assert reconcile("Saint-Jean").match is None


@pytest.mark.parametrize(
    "name",
    [
        "filière bois",
        "PLIE du Grand Angoulême",
        "Mission locale de Bordeaux",
        "CA de Pau Pyrénées",
        "PETR du Pays de Langres",
        "association CREPI",
        "communauté de communes",
        "l'agglo",
        "",
        " ",
        "-",
        "(",
        "\x00",
        "\ud800",
        "x" * 5000,
        "' OR 1=1 --",
    ],
)
def test_what_does_not_exist_is_nothing(france, name):
    assert reconcile(name).match is None


def test_name_near_a_known_one_is_shown(france):
    resolution = reconcile("CA de Pau Pyrénées")

    assert [(str(c.record), c.reason) for c in resolution.candidates] == [
        ("CA Pau Béarn Pyrénées", "noms proches")
    ]


def test_words_as_rare_as_each_other_are_taken_in_their_order(france):
    """Those of a set come in another order in each process."""
    for name in ("Amont-Bocage", "Coteau-Doline", "Étang-Falaise"):
        TerritoryFactory(name=name)

    resolution = reconcile("Falaise Étang Doline Coteau Bocage Amont")

    assert [str(c.record) for c in resolution.candidates] == ["Amont-Bocage"]


def test_territory_that_has_ended_is_only_a_candidate(france):
    day = datetime.date(2016, 12, 31)
    epci("CC Gâtine Autize", "247900001", Nature.CC, valid_until=PartialDate.day(day))

    resolution = reconcile("CC Gâtine Autize")

    assert resolution.match is None
    assert [c.reason for c in resolution.candidates] == ["même nom, mais n'existe plus"]
    assert Reconciler(today=day).resolve("CC Gâtine Autize").match is not None


# Codes, former names, what people entered


@pytest.mark.parametrize("name", ["33063", "Insee 33063", "33000", "CP 33800"])
def test_commune_is_found_by_insee_and_postal_code(france, name):
    assert code_of(name) == "commune:33063"


@pytest.mark.parametrize("name", ["243300316", "SIREN 243 300 316"])
def test_epci_is_found_by_siren(france, name):
    assert code_of(name) == "epci:243300316"


def test_code_that_is_postal_for_one_and_insee_for_another_is_ambiguous(france):
    TerritoryFactory(name="La Roche", code="33000")

    assert reconcile("33000").match is None
    assert code_of("Insee 33000") == "commune:33000"
    assert code_of("code postal 33000") == "commune:33063"


def test_former_name_and_code_lead_to_the_commune_of_today(france):
    annecy = TerritoryFactory(name="Annecy", code="74010", population=130_000)
    FormerCodeFactory(territory=annecy, code="74093", name="Cran-Gevrier")

    resolution = reconcile("Cran Gevrier")

    assert resolution.match == annecy
    assert resolution.candidates[0].reason == "« Cran-Gevrier » fait partie de cette commune"
    assert reconcile("74093").match == annecy


def test_commune_of_today_wins_over_a_former_one(france):
    FormerCodeFactory(name="Bazas")

    assert code_of("Bazas") == "commune:33036"


@pytest.mark.parametrize("name", ["Lyon 7e", "Lyon 7ème arrondissement", "Lyon 07", "Lyon 7"])
def test_municipal_arrondissement_leads_to_its_town(france, name):
    lyon = TerritoryFactory(name="Lyon", code="69123", population=520_000)
    FormerCodeFactory(territory=lyon, code="69387", name="Lyon 7e Arrondissement")

    assert reconcile(name).match == lyon


def test_arrondissement_is_meant_only_when_said(france):
    assert code_of("Bazas") == "commune:33036"
    assert code_of("arrondissement de Bazas") == "arrondissement:339"


@pytest.mark.parametrize(
    "name", ["PETR Monts et Barrages", "petr monts et barrages", "Monts et Barrage"]
)
def test_territory_entered_by_people_is_found_by_name_and_alias(france, name):
    petr = TerritoryFactory(
        kind=Kind.PETR, name="PETR Monts et Barrages", aliases=["Monts et Barrage"]
    )

    assert reconcile(name).match == petr


def test_petr_and_epci_of_one_name_are_ambiguous_until_the_kind_is_said(france):
    petr = TerritoryFactory(kind=Kind.PETR, name="PETR Sud Gironde")

    assert reconcile("Sud Gironde").match is None
    assert reconcile("PETR Sud Gironde").match == petr
    assert code_of("CC Sud Gironde") == "epci:200043974"


def test_qpv_is_meant_only_when_said(france):
    qpv = TerritoryFactory(kind=Kind.QPV, name="QPV Les Aubiers", code="QN03301M")

    assert reconcile("Les Aubiers").match is None
    assert reconcile("QPV Les Aubiers").match == qpv
    assert reconcile("QN03301M").match == qpv


def test_other_names_of_the_collectivite_are_those_of_its_territory(france):
    pau = Territory.objects.get(code="200067254")
    ActorFactory(name="Agglomération paloise", aliases=["CDAPBP"], governs=pau)

    assert reconcile("CDAPBP").match == pau


def test_names_of_an_unpublished_actor_are_not_used(france):
    pau = Territory.objects.get(code="200067254")
    ActorFactory(aliases=["CDAPBP"], governs=pau, status=Actor.Status.DRAFT)

    assert reconcile("CDAPBP").match is None


# The reconciler


def test_loading_the_names_costs_the_same_queries_at_1_and_at_30(france, django_assert_num_queries):
    with django_assert_num_queries(5):
        Reconciler()
    for _ in range(30):
        actor = ActorFactory(governs=epci("CC X", "", Nature.CC, TerritoryFactory()))
        FormerCodeFactory(territory=actor.governs)
        GlossaryTermFactory()
    with django_assert_num_queries(5):
        Reconciler()


def test_resolving_a_name_makes_no_query(france, django_assert_num_queries):
    reconciler = Reconciler()

    with django_assert_num_queries(0):
        for name in ("Loriol", "CC du Bazadais", "inconnu", "Clermond-Ferrand"):
            reconciler.resolve(name, "Drôme")


def test_shared_reconciler_is_kept_while_nothing_changes(france):
    kept = Reconciler.shared()

    assert Reconciler.shared() is kept


def test_shared_reconciler_follows_a_new_alias(france):
    assert reconcile("La belle endormie").match is None

    bordeaux = Territory.objects.get(code="33063")
    bordeaux.aliases = ["La Belle Endormie"]
    bordeaux.save()

    assert reconcile("La belle endormie").match == bordeaux


def test_shared_reconciler_follows_the_day(france):
    bordeaux = Territory.objects.filter(code="33063")
    bordeaux.update(valid_until=PartialDate.parse("31/12/2030"))

    with time_machine.travel("2030-12-31 12:00+01:00", tick=False):
        assert reconcile("Bordeaux", kinds=["commune"]).match == bordeaux.get()
    with time_machine.travel("2031-01-01 12:00+01:00", tick=False):
        assert reconcile("Bordeaux", kinds=["commune"]).match is None


# Pure functions


def test_words_are_read_without_dots_slashes_and_abbreviations():
    assert words_of("C.C. Chalon s/ Saône, 07ème Gd Mt") == (
        "cc",
        "chalon",
        "sur",
        "saone",
        "7e",
        "grand",
        "mont",
    )


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("montbeliard", "monbeliard", True),
        ("montbeliard", "montbelliard", True),
        ("montbeliard", "montbaliard", True),
        ("montbeliard", "montbelirad", True),
        ("montbeliard", "montbeliard", False),
        ("montbeliard", "montbelair", False),
        ("montbeliard", "montbeliardes", False),
    ],
)
def test_one_edit_is_a_letter_added_removed_replaced_or_swapped(one, other, near):
    assert is_one_edit_away(one, other) is near
    assert (other in TypoIndex([other]).near(one)) is near


# The command


def run(path, content):
    path.write_bytes(content)
    out = io.StringIO()
    call_command("reconcile", path, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noms.csv"


@pytest.mark.parametrize(
    "content",
    [
        "name,context\nLoriol,Drôme\n".encode(),
        "name;context\nLoriol;Drôme\n".encode("utf-8-sig"),
        '"context","name","autre"\r\n"Drôme","Loriol","x"\r\n'.encode(),
    ],
)
def test_command_reads_the_csv_files_people_save(france, path, content):
    [row] = run(path, content)

    assert row == {
        "name": "Loriol",
        "context": "Drôme",
        "kind": "commune",
        "code": "26166",
        "confidence": "0.80",
        "candidates": "commune:26166 Loriol-sur-Drôme 0.80 "
        "(début du nom de la commune, dans le contexte donné)",
    }


def test_command_leaves_what_is_ambiguous_without_code_and_lists_candidates(france, path):
    [row] = run(path, b"name,context\nBeauvallon,\n")

    assert (row["kind"], row["code"], row["confidence"]) == ("", "", "")
    assert row["candidates"] == (
        "commune:69179 Beauvallon 0.39 (même nom) | commune:26042 Beauvallon 0.20 (même nom)"
    )


def test_command_gives_the_slug_of_a_territory_without_code(path):
    TerritoryFactory(kind=Kind.PETR, name="PETR Monts et Barrages")

    [row] = run(path, b"name,context\nPETR Monts et Barrages,\n")

    assert (row["kind"], row["code"]) == ("petr", "petr-monts-et-barrages")


def test_command_saves_nothing(france, path, django_assert_num_queries):
    with django_assert_num_queries(5):
        run(path, b"name,context\nBordeaux,\nBeauvallon,\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nom,context\n", "ligne 1 : la colonne « name » manque."),
        (b"name\nBordeaux\n", "ligne 1 : la colonne « context » manque."),
        (b"", "ligne 1 : la colonne « name » manque."),
        (
            "name,context\nLoriol,Drôme\n".encode("latin-1"),
            "ce fichier n'est pas en UTF-8. Enregistrez-le en « CSV UTF-8 ».",
        ),
        (
            b"name,context\nBordeaux,Gironde,33\n",
            "ligne 2 : le nombre de colonnes n'est pas celui de l'en-tête.",
        ),
        (
            b"name,context\nBordeaux\n",
            "ligne 2 : le nombre de colonnes n'est pas celui de l'en-tête.",
        ),
        (b'name,context\n"Bordeaux,\n', "ligne illisible"),
    ],
)
def test_command_refuses_a_bad_file_in_french(path, content, message):
    with pytest.raises(CommandError) as error:
        run(path, content)

    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_command_says_that_the_file_is_missing(path):
    with pytest.raises(CommandError) as error:
        call_command("reconcile", path)

    assert str(error.value) == f"{path} : fichier introuvable."
