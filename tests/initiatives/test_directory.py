"""The directory: facets, chips, orders and places, as the page shows them."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.alerts.lists import describe, export_of
from coopemploi.filters.fields import MOST_VALUES
from initiatives.models import Involvement
from tests.factories import (
    ActorFactory,
    CompositionFactory,
    InitiativeFactory,
    InvolvementFactory,
    SchemeFactory,
    StepFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
INITIATIVES = reverse("initiative_list")


def shown(response):
    return [str(record) for record in response.context["page"].object_list]


def facet(response, name):
    """{label: (count, is it disabled)} of a facet."""
    (found,) = [each for each in response.context["filters"].facets if each.name == name]
    return {choice.label: (choice.count, choice.is_disabled) for choice in found.choices}


@pytest.fixture
def mobility():
    return ThemeFactory(name="Mobilité")


@pytest.fixture
def housing():
    return ThemeFactory(name="Logement")


def make(title, *themes, scheme=None, **kwargs):
    initiative = InitiativeFactory(title=title, **kwargs)
    initiative.themes.set(themes)
    if scheme:
        initiative.schemes.add(scheme)
    return initiative


def test_counts_leave_out_the_choice_of_their_own_facet(client, mobility, housing):
    plie = SchemeFactory(name="PLIE", acronym="")
    make("Vélo", mobility, scheme=plie)
    make("Garage", mobility)
    make("Toit", housing)

    response = client.get(INITIATIVES, {"theme": "mobilite"})

    assert facet(response, "theme") == {"Logement": (1, False), "Mobilité": (2, False)}
    assert facet(response, "dispositif") == {"PLIE": (1, False)}


def test_value_that_would_find_nothing_stays_in_place_disabled(client, mobility, housing):
    make("Vélo", mobility, stage="ongoing")
    make("Toit", housing)

    response = client.get(INITIATIVES, {"avancement": "ongoing"})

    assert facet(response, "theme") == {"Logement": (0, True), "Mobilité": (1, False)}
    assert 'value="logement" disabled' in response.text


def test_counts_tell_nothing_of_drafts(client, mobility):
    make("Vélo", mobility)
    make("Secret", mobility, status="draft")
    make("Toit")

    assert facet(client.get(INITIATIVES), "theme") == {"Mobilité": (1, False)}


def facet_names(response):
    return [facet.name for facet in response.context["filters"].facets]


def test_facet_of_one_value_that_every_record_has_is_not_offered(client, mobility, housing):
    make("Vélo", mobility)
    make("Garage", mobility, stage="ongoing")

    page = client.get(INITIATIVES)
    assert facet_names(page) == ["avancement"]
    assert facet_names(client.get(f"{INITIATIVES}?theme=mobilite")) == ["theme", "avancement"]
    assert facet_names(client.get(f"{INITIATIVES}?avancement=ongoing")) == ["avancement"]
    assert facet_names(client.get(f"{INITIATIVES}?theme=rien")) == ["theme", "avancement"]

    make("Toit", housing)
    assert facet_names(client.get(INITIATIVES)) == ["theme", "avancement"]
    assert facet_names(client.get(f"{INITIATIVES}?avancement=ongoing")) == ["theme", "avancement"]


def test_several_values_widen_and_several_facets_narrow(client, mobility, housing):
    make("Vélo", mobility, stage="ongoing")
    make("Toit", housing, stage="ongoing")
    make("Idée de toit", housing, stage="idea")

    assert shown(client.get(f"{INITIATIVES}?theme=mobilite&theme=logement")) == [
        "Idée de toit",
        "Toit",
        "Vélo",
    ]
    assert shown(client.get(f"{INITIATIVES}?theme=logement&avancement=ongoing")) == ["Toit"]


def test_chip_takes_off_its_value_and_no_other(client, mobility, housing):
    make("Vélo", mobility)
    make("Toit", housing)

    response = client.get(f"{INITIATIVES}?theme=mobilite&theme=logement&q=velo&page=1")

    chips = {chip.label: chip.query for chip in response.context["filters"].chips}
    assert chips == {
        "« velo »": "theme=mobilite&theme=logement",
        "Mobilité": "theme=logement&q=velo",
        "Logement": "theme=mobilite&q=velo",
    }


@pytest.mark.parametrize("name", ["initiative_list", "exchange_list", "resource_list"])
def test_place_of_an_empty_list_follows_to_what_one_looks_for(client, referential, name):
    town = referential["commune 33"]
    where = {"territoire": town.reference, "q": "vélo"}

    page = BeautifulSoup(client.get(reverse(name), where).content, "html.parser")

    way = page.find("a", string="dites ce que vous cherchez")
    form = client.get(way["href"]).context["sheet"]
    assert form["text"].value() == "vélo"
    assert form["territories"].value() == [town.full_label]


UNKNOWN = "« rien » n'existe pas, ce filtre est ignoré."


def beside(page, name):
    """What is said beside the field of a filter."""
    field = page.select_one(f"#id_{name}")
    errors = field["aria-describedby"] if field else f"facette-{name}-erreurs"
    return [error.text for error in page.select(f"#{errors} li")]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("theme", "Thématique"),
        ("region", "Région"),
        ("avancement", "Avancement"),
        ("retour", "Retour d'expérience disponible"),
        ("annee", "Période"),
        ("rayon", "Et autour"),
    ],
)
def test_bad_value_is_said_beside_its_field(client, referential, mobility, name, label):
    initiative = make("Vélo", mobility, stage="ongoing", worked="Tout.")
    initiative.territories.add(referential["commune 33"])
    StepFactory(initiative=initiative, date="2020")

    response = client.get(INITIATIVES, {name: "rien"})

    page = BeautifulSoup(response.content, "html.parser")
    assert (response.status_code, shown(response)) == (400, ["Vélo"])
    assert response.context["filters"].ignored == [f"{label} : {UNKNOWN}"]
    assert [notice.text for notice in page.select(".notices li")] == [f"{label} : {UNKNOWN}"]
    assert beside(page, name) == [UNKNOWN]


def test_place_that_does_not_exist_is_said_beside_its_field(client):
    response = client.get(INITIATIVES, {"lieu": "Nullepart"})

    sentence = (
        "Aucun territoire ne s'appelle « Nullepart » : "
        "essayez une commune, une intercommunalité, un code postal."
    )
    assert response.status_code == 400
    assert beside(BeautifulSoup(response.content, "html.parser"), "lieu") == [sentence]
    assert response.context["filters"].ignored == [f"Près de : {sentence}"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("couvre=rien", f"Et ce qui couvre ce territoire : {UNKNOWN}"),
        ("vue=rien", f"Vue : {UNKNOWN}"),
        ("tri=rien", "Trier par : « rien » n'existe pas, la liste est dans l'ordre habituel."),
        ("territoire=rien", "Territoire : « rien » est inconnu, la liste n'y est pas limitée."),
        ("theme=", None),
        ("rayon=30", None),
    ],
)
def test_bad_value_without_a_field_is_said_above_the_list(client, query, notice):
    response = client.get(f"{INITIATIVES}?{query}")

    assert response.context["filters"].ignored == ([notice] if notice else [])
    assert response.status_code == (400 if notice else 200)


@pytest.mark.parametrize("format", ["csv", "xlsx", "json", "geojson"])
def test_no_file_leaves_a_filter_out(client, format):
    make("Vélo")

    response = client.get(INITIATIVES, {"theme": "rien", "format": format})

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert response.context["formats"] == []


@pytest.mark.parametrize(
    "asked", ["type_porteur=plie", "porteur=plie", "porteur=plie&type_porteur=association"]
)
def test_type_of_carrier_is_asked_under_its_name_of_today_or_of_before(client, asked):
    for kind in ("plie", "association", "ebe"):
        InvolvementFactory(
            initiative=make(kind), actor=ActorFactory(kind=kind), role=Involvement.Role.CARRIER
        )
    wanted = ["association", "plie"] if "association" in asked else ["plie"]

    response = client.get(f"{INITIATIVES}?{asked}")

    assert (response.status_code, sorted(shown(response))) == (200, wanted)
    left = [chip.query for chip in response.context["filters"].chips]
    assert sorted(left) == (
        ["type_porteur=association", "type_porteur=plie"] if len(wanted) > 1 else [""]
    )


def test_type_of_carrier_of_before_is_still_followed_by_alerts():
    make("Vélo")

    export = export_of(INITIATIVES, "porteur=plie")

    assert describe(export) == "Initiatives : PLIE"


def test_long_bad_value_is_cut(client):
    said = client.get(INITIATIVES, {"rayon": "x" * 5000}).context["filters"].ignored

    assert [len(notice) < 250 for notice in said] == [True]


@pytest.mark.parametrize("sort", ["pertinence", "proximite"])
def test_taking_off_what_sorted_the_list_leads_to_a_good_address(client, sort):
    place = TerritoryFactory(kind="commune", latitude=44.8, longitude=-0.6)
    for title in ("Garage partagé", "Garage loué"):
        make(title).territories.add(place)
    address = f"{INITIATIVES}?q=garage&territoire={place.reference}&rayon=30&tri={sort}"
    while chips := client.get(address).context["filters"].chips:
        address = f"{INITIATIVES}?{chips[0].query}"

        response = client.get(address)

        assert (response.status_code, response.context["filters"].ignored) == (200, [])


def test_words_sort_by_relevance_and_otherwise_by_name(client):
    make("Annuaire", summary="Où trouver un vélo.")
    make("Vélo pour tous")

    assert shown(client.get(INITIATIVES, {"q": "velo"})) == ["Vélo pour tous", "Annuaire"]
    assert shown(client.get(INITIATIVES, {"q": "velo", "tri": "nom"})) == [
        "Annuaire",
        "Vélo pour tous",
    ]


def test_area_counts_an_epci_astride_two_departements_in_both(client):
    landes = TerritoryFactory(kind="departement", code="40", name="Landes")
    gers = TerritoryFactory(kind="departement", code="32", name="Gers")
    astride = TerritoryFactory(kind="epci", name="CC d'Aire")
    for departement in (landes, gers):
        commune = CompositionFactory(whole=astride).part
        CompositionFactory(whole=departement, part=commune)
        CompositionFactory(whole=departement)  # larger than its part of the EPCI
        CompositionFactory(whole=departement)
    make("Halle").territories.add(astride)

    response = client.get(INITIATIVES)

    assert facet(response, "departement") == {"Gers": (1, False), "Landes": (1, False)}


def test_what_is_near_comes_with_its_distance(client):
    dax = TerritoryFactory(name="Dax", code="40088", latitude=43.71, longitude=-1.05)
    near = TerritoryFactory(name="Tartas", latitude=43.83, longitude=-0.81)
    far = TerritoryFactory(name="Pau", latitude=43.30, longitude=-0.37)
    for place in (far, near, dax):
        make(f"À {place.name}").territories.add(place)

    response = client.get(
        INITIATIVES, {"territoire": dax.reference, "rayon": "30", "tri": "proximite"}
    )

    records = response.context["page"].object_list
    assert [(str(record), round(record.distance)) for record in records] == [
        ("À Dax", 0),
        ("À Tartas", 23),
    ]
    assert "à 23 km" in response.text


def test_place_in_words_becomes_a_territory(client):
    dax = TerritoryFactory(name="Dax", code="40088", postal_codes=["40100"])
    TerritoryFactory(kind="arrondissement", name="Dax")

    for words in ("Dax", "dax", "40088"):
        response = client.get(INITIATIVES, {"lieu": words, "rayon": "10"})
        assert response.status_code == 302
        assert response.url == f"{INITIATIVES}?rayon=10&territoire={dax.reference}"


def test_ambiguous_place_is_never_picked(client):
    for code in ("93066", "97411"):
        TerritoryFactory(name="Saint-Denis", code=code)
    make("Partout")

    response = client.get(INITIATIVES, {"lieu": "St Denis"})

    assert shown(response) == ["Partout"]
    assert "territoire=commune:93066" in response.text
    assert "territoire=commune:97411" in response.text


def test_unknown_place_is_said(client):
    make("Partout")

    response = client.get(INITIATIVES, {"lieu": "Nulle-Part"})

    assert shown(response) == ["Partout"]
    assert "« Nulle-Part »" in response.text


def test_funder_is_a_facet_that_hides_a_draft_actor(client):
    funder = {"initiative": make("Vélo"), "role": "funder"}
    InvolvementFactory(**funder, actor=None, label="une fondation privée")
    InvolvementFactory(**funder, actor__name="Secret", actor__status="draft")

    response = client.get(INITIATIVES, {"financeur": "une-fondation-privee"})

    assert shown(response) == ["Vélo"]
    assert facet(response, "financeur") == {"une fondation privée": (1, False)}


@pytest.mark.parametrize("page", ["-1", "0", "99999999", "abc", "1e3", "\0"])
def test_page_that_does_not_exist_is_not_found(client, page):
    make("Vélo")

    assert client.get(INITIATIVES, {"page": page}).status_code == 404


# On the map


@pytest.fixture
def referential():
    """Nouvelle-Aquitaine, the Gironde and the Landes, each with a commune."""
    region = TerritoryFactory(name="Nouvelle-Aquitaine", code="75", kind="region")
    places = {"region": region}
    for code, name in [("33", "Gironde"), ("40", "Landes")]:
        place = TerritoryFactory(name=name, code=code, kind="departement")
        CompositionFactory(whole=region, part=place)
        commune = TerritoryFactory(name=f"Commune de {name}", code=f"{code}063", kind="commune")
        CompositionFactory(whole=place, part=commune)
        places |= {code: place, f"commune {code}": commune}
    return places


def on_map(response):
    """{label: address} of the shapes that hold a record."""
    items = response.context["map"]["items"]
    return {item["label"]: item["url"] for item in items if item["count"]}


def test_map_counts_what_lies_in_each_shape_and_leads_there(client, referential, mobility):
    make("Vélo", mobility).territories.add(referential["commune 33"])
    make("Garage", mobility).territories.add(referential["commune 40"], referential["33"])
    make("Secret", mobility, status="draft").territories.add(referential["33"])
    make("Toit").territories.add(referential["33"])

    response = client.get(f"{INITIATIVES}?theme=mobilite&vue=france&page=1")

    assert on_map(response) == {
        "Nouvelle-Aquitaine : 2": "?theme=mobilite&vue=france&territoire=region:75"
    }
    assert len(response.context["map"]["items"]) == 18
    assert shown(response) == ["Garage", "Vélo"]


def test_map_of_a_region_is_by_departement_and_leads_back(client, referential):
    make("Vélo").territories.add(referential["commune 33"])
    make("Garage").territories.add(referential["33"], referential["40"])
    make("Partout").territories.add(referential["region"])

    response = client.get(f"{INITIATIVES}?vue=carte&territoire=region:75")

    assert on_map(response) == {
        "Gironde : 2": "?vue=carte&territoire=departement:33",
        "Landes : 1": "?vue=carte&territoire=departement:40",
    }
    assert response.context["map"]["overview"] == {
        "url": "?vue=france",
        "label": "Élargir : France",
    }
    assert response.context["map"]["elsewhere"] == 1
    assert shown(response) == ["Garage", "Partout", "Vélo"]


def test_map_never_stands_without_its_list(client, referential):
    make("Vélo").territories.add(referential["33"])

    response = client.get(f"{INITIATIVES}?vue=france")

    assert response.text.count('class="map__shape ') == 18
    assert "1 initiative" in response.text
    assert shown(response) == ["Vélo"]


def caption(client, query="vue=carte"):
    return client.get(f"{INITIATIVES}?{query}").context["map"]["caption"]


@pytest.fixture
def epci(referential):
    """Mont-de-Marsan, in the Landes."""
    place = TerritoryFactory(name="Mont-de-Marsan", code="244000808", kind="epci")
    CompositionFactory(whole=referential["40"], part=place)
    return place


def test_map_opens_on_the_area_where_all_the_records_are(client, referential, epci):
    make("Secret", status="draft").territories.add(referential["33"])
    assert "map" not in client.get(f"{INITIATIVES}?vue=carte").context

    make("Vélo").territories.add(epci)
    assert caption(client) == "Initiatives par intercommunalité : Landes"

    make("Garage").territories.add(referential["commune 33"])
    assert caption(client) == "Initiatives par département : Nouvelle-Aquitaine"
    assert caption(client, "vue=carte&q=vélo") == caption(client)
    assert caption(client, "vue=carte&departement=40") == (
        "Initiatives par intercommunalité : Landes"
    )

    make("Ailleurs").territories.add(TerritoryFactory(name="Corse", code="94", kind="region"))
    assert caption(client) == "Initiatives par région : France"


def test_map_does_not_open_where_it_would_show_hardly_any_record(client, referential, epci):
    make("Vélo").territories.add(epci)
    for number in range(2):
        make(f"Garage {number}").territories.add(referential["40"])
    assert caption(client) == "Initiatives par département : Nouvelle-Aquitaine"

    for number in range(4):
        make(f"Toit {number}").territories.add(referential["region"])
    assert caption(client) == "Initiatives par région : France"


def test_map_says_what_lies_outside_and_widens_to_france(client, referential):
    for number in range(9):
        make(f"Vélo {number}").territories.add(referential["33" if number else "40"])
    gers = TerritoryFactory(name="Gers", code="32", kind="departement")
    CompositionFactory(
        whole=TerritoryFactory(name="Occitanie", code="76", kind="region"), part=gers
    )
    make("Ailleurs").territories.add(gers)
    make("Nulle part")

    response = client.get(f"{INITIATIVES}?vue=carte")
    drawn = response.context["map"]

    assert drawn["caption"] == "Initiatives par département : Nouvelle-Aquitaine"
    assert (drawn["elsewhere"], drawn["outside"]) == (1, 1)
    assert "1 de plus hors de cette carte" in response.text
    wider = client.get(INITIATIVES + drawn["overview"]["url"]).context["map"]
    assert wider["caption"] == "Initiatives par région : France"
    assert (wider["elsewhere"], wider["outside"]) == (1, 0)


@pytest.fixture
def toulouse():
    """A département of another région than those of the referential."""
    place = TerritoryFactory(name="Haute-Garonne", code="31", kind="departement")
    region = TerritoryFactory(name="Occitanie", code="76", kind="region")
    CompositionFactory(whole=region, part=place)
    return place


def test_map_where_nothing_found_lies_gives_way_to_that_of_france(client, referential, toulouse):
    for number in range(19):
        make(f"Garage {number}").territories.add(referential["33" if number else "40"])
    make("Vélo").territories.add(toulouse)

    response = client.get(f"{INITIATIVES}?vue=carte&q=vélo")

    assert response.context["map"]["caption"] == "Initiatives par région : France"
    assert on_map(response) == {"Occitanie : 1": "?vue=carte&q=v%C3%A9lo&territoire=region:76"}
    assert response.context["map"]["outside"] == 0
    assert caption(client, "vue=carte&q=garage") == caption(client)


def test_list_alone_draws_no_map(client, referential):
    assert "map" not in client.get(INITIATIVES).context


@pytest.mark.parametrize("view", ["rien", "carte,carte", "rien\x00"])
def test_unknown_view_is_said(client, view):
    response = client.get(INITIATIVES, {"vue": view})

    assert response.status_code == 400
    assert len(response.context["filters"].ignored) == 1


# Where one is


def test_position_becomes_the_nearest_commune(client, referential):
    for name, code, latitude in [("Thiers", "63430", 45.86), ("Vichy", "03310", 46.12)]:
        TerritoryFactory(name=name, code=code, kind="commune", latitude=latitude, longitude=3.5)

    response = client.get(f"{INITIATIVES}?theme=rien&position=45.9,3.55&page=2")

    assert response.status_code == 302
    assert response.url == (
        f"{INITIATIVES}?theme=rien&territoire=commune:63430&rayon=30&tri=proximite"
    )


def test_position_far_from_any_commune_is_said(client):
    TerritoryFactory(name="Thiers", kind="commune", latitude=45.86, longitude=3.5)

    response = client.get(INITIATIVES, {"position": "0,-140"})

    assert response.context["filters"].ignored == [
        "Aucune commune n'est connue près de votre position."
    ]
    assert 'name="position"' not in response.text


@pytest.mark.parametrize("position", ["ici", "1", "1,2,3", "91,0", "0,181", "nan,nan", "1,\x00"])
def test_position_that_is_none_is_said(client, position):
    response = client.get(INITIATIVES, {"position": position})

    assert response.status_code == 400
    assert response.context["filters"].ignored == [
        "Votre position : Cette position est illisible : indiquez une commune ou un code postal."
    ]


# Ways out of an empty list


def ways_out(response):
    return [(way.label, way.query, way.count) for way in response.context["filters"].ways_out]


def test_empty_list_leads_to_what_is_around_or_without_a_filter(client, referential, mobility):
    make("Vélo", mobility).territories.add(referential["commune 40"])
    make("Toit").territories.add(referential["commune 33"])
    make("Secret", mobility, status="draft").territories.add(referential["33"])

    response = client.get(f"{INITIATIVES}?theme=mobilite&territoire=commune:33063&page=1")

    assert ways_out(response) == [
        ("Dans Nouvelle-Aquitaine", "theme=mobilite&territoire=region:75", 1),
        ("Partout", "theme=mobilite", 1),
        ("Sans Mobilité", "territoire=commune:33063", 1),
    ]


def test_empty_list_leads_to_another_spelling(client, mobility):
    make("Transport rural", mobility)
    make("Toit")

    response = client.get(INITIATIVES, {"q": "trensport"})

    assert ways_out(response) == [
        ("Avec « transport »", "q=transport", 1),
        ("Sans « trensport »", "", 2),
    ]
    assert 'href="?q=transport"' in response.text


def test_list_that_is_not_empty_leads_nowhere_else(client, mobility):
    make("Vélo", mobility)

    assert ways_out(client.get(INITIATIVES, {"theme": "mobilite"})) == []


class TestLongFacet:
    """A facet of more than twelve values shows the twelve most useful, and says how many more."""

    @pytest.fixture(autouse=True)
    def _fifteen_themes(self):
        self.themes = [ThemeFactory(name=f"Thème {n:02}") for n in range(15)]
        for n, theme in enumerate(self.themes):
            make(f"Toujours {n}", theme, stage="idea")
        for theme in self.themes[3:]:
            make("Encore", theme, stage="ongoing")

    def facet(self, client, **query):
        facets = client.get(INITIATIVES, query).context["filters"].facets
        return next(each for each in facets if each.name == "theme")

    def test_most_useful_stand_in_their_order(self, client):
        found = self.facet(client)
        assert [each.label for each in found.choices] == [f"Thème {n:02}" for n in range(3, 15)]
        assert found.folded == 3

    def test_chosen_value_is_shown_however_rare(self, client):
        found = self.facet(client, theme=["theme-00", "theme-05"])
        assert [each.label for each in found.choices if each.is_selected] == [
            "Thème 00",
            "Thème 05",
        ]
        assert (len(found.choices), found.folded) == (13, 2)

    def test_unfolded_shows_all(self, client):
        found = self.facet(client, tout="theme")
        assert (len(found.choices), found.folded, found.is_open) == (15, 0, True)

    def test_another_unfolded_changes_nothing(self, client):
        assert self.facet(client, tout="region") == self.facet(client)
        assert self.facet(client, tout="<b>") == self.facet(client)

    def test_button_unfolds_and_keeps_what_is_chosen(self, client):
        page = client.get(INITIATIVES, {"theme": "theme-00"}).text
        button = '<button class="facet__more" name="tout" value="theme"'
        assert page.count(button) == 1
        assert "2 autres" in page
        assert button not in client.get(INITIATIVES, {"tout": "theme"}).text

    def test_unfolding_keeps_count_and_order_of_the_list(self, client):
        assert shown(client.get(INITIATIVES, {"tout": "theme"})) == shown(client.get(INITIATIVES))


def test_so_many_values_of_a_facet_are_read_in_an_address(client):
    asked = {"theme": [f"rien-{n}" for n in range(MOST_VALUES + 1)]}

    filters = client.get(INITIATIVES, asked).context["filters"]

    assert len(filters.ignored) == MOST_VALUES


def test_long_facet_of_years_shows_the_latest(client):
    for year in range(2001, 2016):
        StepFactory(initiative__title=f"De {year}", date=str(year))
    facets = client.get(INITIATIVES).context["filters"].facets
    years = next(each for each in facets if each.name == "annee")
    assert [each.value for each in years.choices] == [str(n) for n in range(2015, 2003, -1)]
    assert years.folded == 3
