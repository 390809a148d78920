import csv
import gzip

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from coopemploi.dates import PartialDate
from territories import referential
from territories.closure import ContainmentTable
from territories.models import Composition, Containment, FormerCode, Territory
from territories.reconciliation import Reconciler
from tests.factories import CompositionFactory, TerritoryFactory

pytestmark = pytest.mark.django_db

FILES = {
    "regions.csv": """code,nom,zone,population
75,Nouvelle-Aquitaine,metro,600
977,Saint-Barthélemy,com,50
""",
    "departements.csv": """code,nom,zone,code_region,population
16,Charente,metro,75,300
17,Charente-Maritime,metro,75,300
977,Saint-Barthélemy,com,977,50
""",
    "arrondissements.csv": """code,nom,code_departement
161,Angoulême,16
""",
    "epci.csv": """siren,nom,nature,population
200071827,CA du Grand Angoulême,CA,300
200000001,CC Astride,CC,200
""",
    "ept.csv": """siren,nom,population
200057867,Plaine Commune,10
""",
    "communes.csv.gz": """code_insee,nom,zone,code_departement,code_arrondissement,siren_epci,\
siren_ept,population,codes_postaux
16015,Angoulême,metro,16,161,200071827,,200,16000 16001
16374,Soyaux,metro,16,161,200071827,,100,16800
16001,Abzac,metro,16,,200000001,,,
17001,Agudelle,metro,17,,200000001,200057867,300,17500
97701,Saint-Barthélemy,com,977,,,,50,97133
""",
    "communes_anciens_codes.csv.gz": """ancien_code,code_insee,ancien_nom,type
16999,16015,Saint-Cybard,commune-deleguee
""",
    "communes_centroides.csv.gz": """code_insee,lat,lon
16015,45.64835,0.15623
""",
    "territoires_centroides.csv": """type,code,lat,lon
epci,200071827,45.65,0.16
""",
}


@pytest.fixture
def data(tmp_path):
    """A small referential, in a directory whose files can be rewritten."""
    directory = DataDirectory(tmp_path)
    for name, text in FILES.items():
        directory.write(name, text)
    return directory


class DataDirectory:
    def __init__(self, path):
        self.path = path

    def write(self, name, text):
        opener = gzip.open if name.endswith(".gz") else open
        with opener(self.path / name, "wt", encoding="utf-8") as file:
            file.write(text)

    def replace(self, name, old, new):
        assert FILES[name].count(old) == 1
        self.write(name, FILES[name].replace(old, new))

    def load(self, vintage=2026, **options):
        return referential.load(self.path, vintage=vintage, **options)


def get(reference):
    return Territory.objects.get_by_reference(reference)


def wholes(territory):
    links = Composition.objects.filter(part=territory)
    return {link.whole.reference for link in links}


def counts(changes):
    return {name: len(records) for name, records in vars(changes).items() if records}


def test_load_creates_territories_with_their_official_fields(data):
    changes = data.load()

    assert counts(changes) == {"created": 13, "links_created": 15, "codes_created": 1}
    commune = get("commune:16015")
    assert (commune.name, commune.population, commune.postal_codes, commune.vintage) == (
        "Angoulême",
        200,
        ["16000", "16001"],
        2026,
    )
    assert (commune.latitude, commune.longitude, commune.slug) == (45.64835, 0.15623, "16015")
    assert get("epci:200071827").nature == Territory.Nature.CA
    assert get("commune:16001").population is None
    assert get("commune:16999") == commune
    assert Territory.objects.matching("angouleme").first() == commune


def test_load_composes_what_the_files_say(data):
    data.load()

    assert wholes(get("commune:16015")) == {
        "departement:16",
        "arrondissement:161",
        "epci:200071827",
    }
    assert wholes(get("commune:17001")) == {
        "departement:17",
        "epci:200000001",
        "ept:200057867",
    }
    assert wholes(get("commune:97701")) == {"com:977"}
    assert wholes(get("arrondissement:161")) == {"departement:16"}
    assert wholes(get("departement:16")) == {"region:75"}
    assert not Composition.objects.filter(is_official=False).exists()


def test_load_makes_the_closure_true(data):
    data.load()

    astride = Containment.objects.filter(contained=get("epci:200000001"), partial=True)
    kinds = astride.filter(container__kind=Territory.Kind.DEPARTEMENT)
    assert kinds.count() == 1  # all of the other one's communes are in it
    assert ContainmentTable().drift() == 0


def test_second_load_changes_nothing(data):
    data.load()
    before = list(Territory.objects.values())

    changes = data.load()

    assert counts(changes) == {}
    assert list(Territory.objects.values()) == before


def test_dry_run_says_what_would_change_and_writes_nothing(data):
    changes = data.load(dry_run=True)

    assert counts(changes) == {"created": 13, "links_created": 15, "codes_created": 1}
    assert not Territory.objects.exists()


@pytest.fixture(params=[referential.FEW, 0], ids=["refreshed", "rebuilt"])
def loaded(data, request, monkeypatch):
    """A referential loaded once; the next loading refreshes or rebuilds the closure."""
    data.load()
    monkeypatch.setattr(referential, "FEW", request.param)
    return data


def test_new_vintage_updates_what_is_official(loaded):
    loaded.replace("epci.csv", "CA du Grand Angoulême,CA,300", "GrandAngoulême,CU,310")

    changes = loaded.load(2027)

    assert counts(changes) == {"changed": 1, "confirmed": 12}
    epci = get("epci:200071827")
    assert (epci.name, epci.nature, epci.population) == ("GrandAngoulême", "CU", 310)
    assert epci.sort_name == " grandangouleme"
    assert set(Territory.objects.values_list("vintage", flat=True)) == {2027}
    assert loaded.load(2027).count == 0


def test_new_vintage_moves_a_commune_to_another_epci(loaded):
    loaded.replace(
        "communes.csv.gz",
        "16374,Soyaux,metro,16,161,200071827",
        "16374,Soyaux,metro,16,161,200000001",
    )

    changes = loaded.load(2027)

    assert counts(changes) == {"links_created": 1, "links_removed": 1, "confirmed": 13}
    assert "epci:200000001" in wholes(get("commune:16374"))
    assert "epci:200071827" not in wholes(get("commune:16374"))
    assert ContainmentTable().drift() == 0


def test_merged_commune_ends_and_lies_in_the_one_that_took_it_over(loaded):
    loaded.replace("communes.csv.gz", "16374,Soyaux,metro,16,161,200071827,,100,16800\n", "")
    loaded.replace(
        "communes_anciens_codes.csv.gz",
        "16999,16015,",
        "16374,16015,Soyaux,commune-deleguee\n16999,16015,",
    )

    changes = loaded.load(2027)

    assert counts(changes) == {
        "ended": 1,
        "confirmed": 12,
        "links_created": 1,
        "links_removed": 3,
        "codes_created": 1,
    }
    soyaux = Territory.objects.get(code="16374")
    assert str(soyaux.valid_until) == "31 décembre 2026"
    assert wholes(soyaux) == {"commune:16015"}
    assert soyaux in Territory.objects.inside(get("departement:16"))
    assert ContainmentTable().drift() == 0
    assert loaded.load(2027).count == 0


def test_restored_commune_exists_again(loaded):
    loaded.replace("communes.csv.gz", "16001,Abzac,metro,16,,200000001,,,\n", "")
    loaded.load(2027)
    assert get("commune:16001").valid_until
    loaded.write("communes.csv.gz", FILES["communes.csv.gz"])

    loaded.load(2028)

    assert not get("commune:16001").valid_until
    assert wholes(get("commune:16001")) == {"departement:16", "epci:200000001"}


def test_new_vintage_keeps_what_people_wrote(loaded):
    epci = get("epci:200071827")
    epci.aliases, epci.description = ["GrandAngoulême"], "Une présentation."
    epci.valid_from = PartialDate.parse("2017")
    epci.save()
    petr = TerritoryFactory(kind=Territory.Kind.PETR, name="PETR")
    own = TerritoryFactory(name="Lieu-dit", code="16X01")
    links = [
        CompositionFactory(whole=petr, part=epci),
        CompositionFactory(whole=epci, part=own, partial=True),
    ]
    loaded.replace("epci.csv", "CA du Grand Angoulême", "CU du Grand Angoulême")

    changes = loaded.load(2027)

    assert counts(changes) == {"changed": 1, "confirmed": 12}
    epci.refresh_from_db()
    assert epci.name == "CU du Grand Angoulême"
    assert (epci.aliases, epci.description) == (["GrandAngoulême"], "Une présentation.")
    assert str(epci.valid_from) == "2017"
    assert Territory.objects.matching("grandangouleme").get() == epci
    own.refresh_from_db()
    assert (own.vintage, bool(own.valid_until)) == (None, False)
    for link in links:
        link.refresh_from_db()
    assert [(link.is_official, link.partial) for link in links] == [(False, False), (False, True)]


def test_territory_described_before_it_was_official_is_completed(data):
    own = TerritoryFactory(
        kind=Territory.Kind.EPCI, code="200071827", name="Grand Angoulême", description="À nous."
    )

    data.load()

    own.refresh_from_db()
    assert (own.name, own.vintage, own.description) == ("CA du Grand Angoulême", 2026, "À nous.")
    assert own.aliases == ["Grand Angoulême"]


def test_composition_written_by_people_is_left_as_it_is(data):
    own = CompositionFactory(
        whole=TerritoryFactory(kind=Territory.Kind.EPCI, code="200071827"),
        part=TerritoryFactory(code="16015"),
        partial=True,
    )

    data.load()

    own.refresh_from_db()
    assert (own.partial, own.is_official) == (True, False)


def test_changed_former_code_leads_to_the_new_commune(loaded):
    loaded.replace("communes_anciens_codes.csv.gz", "16999,16015", "16999,16374")

    changes = loaded.load(2027)

    assert len(changes.codes_changed) == 1
    assert get("commune:16999").name == "Soyaux"
    assert FormerCode.objects.count() == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "regions.csv",
            "code,nom,zone",
            "code,libelle,zone",
            "regions.csv, ligne 1 : la colonne « nom » manque.",
        ),
        (
            "regions.csv",
            "75,Nouvelle-Aquitaine",
            "75,",
            "regions.csv, ligne 2 : la colonne « nom » est vide.",
        ),
        (
            "departements.csv",
            "16,Charente,metro,75,300",
            "16,Charente,metro,75,beaucoup",
            "departements.csv, ligne 2 : « beaucoup » n'est pas valable dans la colonne "
            "« population ».",
        ),
        (
            "departements.csv",
            "17,Charente-Maritime,metro,75",
            "17,Charente-Maritime,metro,99",
            "departements.csv, ligne 3 : « 99 » (colonne « code_region ») n'est le code d'aucun "
            "territoire de type région.",
        ),
        (
            "departements.csv",
            "17,Charente-Maritime",
            "16,Charente-Maritime",
            "departements.csv, ligne 3 : le code « 16 » est déjà pris (département).",
        ),
        (
            "epci.csv",
            "CC Astride,CC",
            "CC Astride,SIVOM",
            "epci.csv, ligne 3 : « SIVOM » n'est pas valable dans la colonne « nature » "
            "(attendu : CC, CA, CU, METRO, MET69).",
        ),
        (
            "communes.csv.gz",
            "100,16800",
            "-1,16800",
            "communes.csv.gz, ligne 3 : « -1 » n'est pas valable dans la colonne « population ».",
        ),
        (
            "communes.csv.gz",
            "100,16800",
            "100",
            "communes.csv.gz, ligne 3 : le nombre de colonnes n'est pas celui de l'en-tête.",
        ),
        (
            "communes_anciens_codes.csv.gz",
            "16015",
            "16000",
            "communes_anciens_codes.csv.gz, ligne 2 : « 16000 » (colonne « code_insee ») n'est le "
            "code d'aucun territoire de type commune.",
        ),
        (
            "communes_centroides.csv.gz",
            "45.64835",
            "145.6",
            "communes_centroides.csv.gz, ligne 2 : « 145.6 » n'est pas valable dans la colonne "
            "« lat ».",
        ),
    ],
)
def test_wrong_file_is_refused_and_nothing_is_loaded(data, file, old, new, message):
    data.replace(file, old, new)

    with pytest.raises(CommandError) as refused:
        call_command("load_territories", data=data.path)

    assert str(refused.value) == message
    assert not Territory.objects.exists()


def test_missing_file_is_refused(data):
    (data.path / "ept.csv").unlink()

    with pytest.raises(CommandError, match=r"ept\.csv : fichier introuvable\.$"):
        call_command("load_territories", data=data.path)


def test_truncated_file_is_refused(data):
    path = data.path / "communes.csv.gz"
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(CommandError, match=r"^communes\.csv\.gz : fichier illisible"):
        call_command("load_territories", data=data.path)


def test_older_vintage_is_refused(data):
    data.load(2027)

    with pytest.raises(CommandError) as refused:
        call_command("load_territories", data=data.path, vintage=2026)

    assert str(refused.value) == "Le millésime 2027 est déjà chargé ; 2026 est plus ancien."


def test_reference_taken_by_a_territory_without_code_is_refused(data):
    TerritoryFactory(name="Ma commune", slug="16015")

    with pytest.raises(CommandError) as refused:
        call_command("load_territories", data=data.path)

    assert str(refused.value) == (
        "La référence « commune:16015 » est celle de « Ma commune », qui n'a pas de code "
        "officiel : donnez-lui le code 16015, ou une autre référence."
    )


def test_command_says_what_it_did(data, capsys):
    call_command("load_territories", data=data.path)

    output, errors = capsys.readouterr()
    assert output.splitlines() == [
        "Millésime 2026 :",
        "- territoires créés : 13",
        "- territoires modifiés : 0",
        "- territoires terminés : 0",
        "- territoires inchangés, portés à ce millésime : 0",
        "- compositions créées : 15",
        "- compositions retirées : 0",
        "- anciens codes créés : 1",
        "- anciens codes modifiés : 0",
    ]
    assert errors == ""  # no progress bar where nobody watches


def test_name_of_the_main_commune_of_a_merger_leads_to_the_new_one(data):
    data.replace(
        "communes_anciens_codes.csv.gz",
        "16999,16015,",
        "16015,16015,Vieux-Bourg,commune-deleguee\n16999,16015,",
    )
    data.load()

    assert Reconciler().resolve("Vieux-Bourg").match.code == "16015"


def test_referential_of_the_project_has_the_names_of_the_main_communes_of_mergers():
    with gzip.open(
        referential.DATA / "communes_anciens_codes.csv.gz", "rt", encoding="utf-8"
    ) as file:
        names = {row["ancien_nom"]: row["code_insee"] for row in csv.DictReader(file)}

    assert names["Château-du-Loir"] == names["Montabon"] == "72071"
