import re
from unicodedata import normalize
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse

from coopemploi.derived import registry
from coopemploi.publishing import Publishable
from coopemploi.search import ranking
from coopemploi.search.index import sources
from coopemploi.search.models import Document
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    CampaignFactory,
    CompositionFactory,
    EventFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    InvolvementFactory,
    KeyIdeaFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
    SchemeFactory,
    SessionFactory,
    TerritoryFactory,
    UserFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db
DRAFT = Publishable.Status.DRAFT


def found(client, query):
    """{heading: titles} of what a search shows."""
    response = client.get(reverse("search"), {"q": query})
    assert response.status_code == 200
    search = response.context.get("found")
    groups = search.groups if search else []
    return {group.label: [words(result.title) for result in group.results] for group in groups}


def words(fragments):
    return "".join(fragment.text for fragment in fragments)


@pytest.mark.parametrize(
    "query",
    ["mobilite", "MOBILITÉ", "solidaire mobilité", "mobi soli", "  mobilité,  solidaire !"],
)
def test_search_accents_case_order_and_prefix(client, query):
    InitiativeFactory(title="Garage de Mobilité Solidaire")
    InitiativeFactory(title="Club d'entreprises")
    assert found(client, query) == {"Initiatives": ["Garage de Mobilité Solidaire"]}


def test_search_every_word_must_match_when_something_holds_them_all(client):
    InitiativeFactory(title="Garage solidaire")
    InitiativeFactory(title="Garage volant")
    assert found(client, "garage volant") == {"Initiatives": ["Garage volant"]}


def test_search_some_words_rather_than_an_empty_page(client):
    InitiativeFactory(title="Garage solidaire")
    response = client.get(reverse("search"), {"q": "garage introuvable"})
    assert found(client, "garage introuvable") == {"Initiatives": ["Garage solidaire"]}
    assert "Aucune fiche ne contient tous ces mots" in response.text


@pytest.mark.parametrize("query", ["tiers-lieu introuvable", "teirs"])
def test_search_of_what_is_only_near_offers_to_say_a_need(client, query):
    InitiativeFactory(title="Un tiers-lieu")

    whole = client.get(reverse("search"), {"q": "tiers-lieu"}).text
    near = client.get(reverse("search"), {"q": query})

    assert near.context["found"].groups
    way = f"{reverse('proposal_add', args=['besoin'])}?texte="
    assert way in near.text
    assert way not in whole


def test_search_misspelt_word(client):
    InitiativeFactory(title="Retour à l'emploi après le chômage")
    response = client.get(reverse("search"), {"q": "chomaje"})
    assert found(client, "chomaje") == {"Initiatives": ["Retour à l'emploi après le chômage"]}
    assert "Voici les résultats pour" in response.text
    assert "chômage</a>" in response.text


def test_search_misspelt_word_of_a_draft_is_not_told(client):
    InitiativeFactory(title="Un quinoa confidentiel", status=DRAFT)
    response = client.get(reverse("search"), {"q": "quinao"})
    assert found(client, "quinao") == {}
    assert "quinoa" not in response.text


def test_search_marks_the_words_found(client):
    InitiativeFactory(title="Aide", summary="Les chômeuses du bassin, et d'autres.")
    response = client.get(reverse("search"), {"q": "chomeur"})
    assert "Les <mark>chômeuses</mark> du bassin" in response.text


def test_search_names_the_place(client):
    dax = TerritoryFactory(name="Dax", code="40088", kind="commune")
    InitiativeFactory(title="GPECT").territories.add(dax)
    response = client.get(reverse("search"), {"q": "GPECT Dax"})
    assert [place["territory"] for place in response.context["found"].places] == [dax]
    url = response.context["found"].places[0]["url"]
    assert client.get(url).context["page"].paginator.count == 1


def test_words_that_only_say_near_are_left_to_the_place(client):
    TerritoryFactory(name="Dax", code="40088", kind="commune")
    InitiativeFactory(title="GPECT", summary="Elle se présente presque partout.")
    response = client.get(reverse("search"), {"q": "GPECT près de Dax"})
    assert [place["others"] for place in response.context["found"].places] == ["GPECT"]
    # Which comes first is for each database to weigh.
    assert sorted(re.findall("<mark>(.*?)</mark>", response.text)) == ["Dax", "GPECT"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("Saint-Pierre-d'Albigny", ["Saint-Pierre-d'Albigny"]),
        ("gpect saint pierre d'albigny", ["Saint-Pierre-d'Albigny"]),
        ("GPECT Saint-Pierre", ["Saint-Pierre"]),
        ("Vieux-Saint-Pierre", []),
        ("mobilité d'Albigny", ["Albigny"]),
        # Accents apart from their letters, as a Mac names files.
        (normalize("NFD", "métiers de Saint-Pierre gpect"), ["Saint-Pierre"]),
    ],
)
def test_search_cuts_no_name_of_a_place(client, query, named):
    for name in ("Saint-Pierre-d'Albigny", "Saint-Pierre", "Albigny", "Vieux"):
        TerritoryFactory(name=name, kind="commune")

    found = client.get(reverse("search"), {"q": query}).context["found"]

    assert [str(place["territory"].name) for place in found.places] == named


@pytest.mark.parametrize("address", ["/recherche/?q=Saint-Denis", "/initiatives/?lieu=Saint-Denis"])
def test_homonyms_are_told_apart_by_their_departement(client, address):
    for departement, code in (("Seine-Saint-Denis", "93066"), ("Aude", "11339")):
        town = TerritoryFactory(name="Saint-Denis", kind="commune", code=code)
        whole = TerritoryFactory(name=departement, kind="departement", code=code[:2])
        CompositionFactory(whole=whole, part=town)
    registry.flush()

    page = BeautifulSoup(client.get(address).content, "html.parser").select_one("main")

    assert "commune, Seine-Saint-Denis" in page.text
    assert "commune, Aude" in page.text


def test_territory_that_is_found_says_what_it_lies_in(client):
    region = TerritoryFactory(name="Pays de la Loire", kind="region", code="52")
    sarthe = TerritoryFactory(name="Sarthe", kind="departement", code="72")
    town = TerritoryFactory(name="Quinville", kind="commune", code="72181", postal_codes=["72000"])
    CompositionFactory(whole=region, part=sarthe)
    CompositionFactory(whole=sarthe, part=town)

    def shown(query):
        groups = client.get(reverse("search"), {"q": query}).context["found"].groups
        [group] = [group for group in groups if group.label == "Territoires"]
        return [(each.kicker, words(each.extract)) for each in group.results]

    assert shown("Quinville") == [("commune, Sarthe", "")]
    assert shown("72000") == [("commune, Sarthe", "72181 · 72000")]
    assert shown("Pays Loire") == [("région", "")]
    assert shown("Sarthe") == [("département, Pays de la Loire", "")]

    sarthe.name = "La Sarthe"
    sarthe.save()
    assert shown("Quinville") == [("commune, La Sarthe", "")]


def test_search_of_one_kind_is_paginated(client):
    event = EventFactory()
    recap = RecapFactory(event=event)
    VerbatimFactory.create_batch(25, recap=recap, text="Le quinoa pousse.")
    search = client.get(reverse("search"), {"q": "quinoa"}).context["found"]
    (group,) = [group for group in search.groups if group.label == "Propos"]
    page = client.get(group.more_url, {}).context["page"]
    assert (group.count, page.paginator.count, len(page)) == (25, 25, 20)


def test_suggestions_are_what_the_reader_may_see(client):
    InitiativeFactory(title="Quinoa public")
    InitiativeFactory(title="Quinoa secret", status=DRAFT)
    response = client.get(reverse("suggestions"), {"q": "quin"})
    assert "Quinoa public" in response.text
    assert "secret" not in response.text


def test_search_middle_of_a_word(client):
    InitiativeFactory(title="Garage solidaire")
    assert found(client, "idaire") == {}


def test_search_groups_in_order(client):
    TerritoryFactory(name="Quinoa-sur-Loire")
    GlossaryTermFactory(term="Zog", definition="Le quinoa, en bref.")
    InitiativeFactory(title="Initiative quinoa")
    NeedFactory(text="Besoin de quinoa")
    OfferFactory(text="Offre de quinoa")
    event = EventFactory(title="Rencontre quinoa")
    RecapFactory(event=event)
    CampaignFactory(title="Opération quinoa")
    ActorFactory(name="Quinoa et compagnie")
    NetworkFactory(name="Grappe quinoa")
    ResourceFactory(title="Guide du quinoa")
    ActionFactory(title="Semer du quinoa")
    assert found(client, "quinoa") == {
        "Territoires": ["Quinoa-sur-Loire"],
        "Glossaire": ["Zog"],
        "Initiatives": ["Initiative quinoa"],
        "Besoins": ["Besoin de quinoa"],
        "Offres": ["Offre de quinoa"],
        "Rencontres": ["Rencontre quinoa"],
        "Comptes rendus": ["Rencontre quinoa"],
        "Opérations": ["Opération quinoa"],
        "Acteurs": ["Quinoa et compagnie"],
        "Réseaux": ["Grappe quinoa"],
        "Ressources": ["Guide du quinoa"],
        "Actions": ["Semer du quinoa"],
    }


def test_search_counts_beyond_five(client):
    InitiativeFactory.create_batch(7, summary="Du quinoa.")
    response = client.get(reverse("search"), {"q": "quinoa"})
    (group,) = response.context["found"].groups
    assert (group.count, len(group.results)) == (7, 5)
    assert group.more_url == reverse("initiative_list") + "?q=quinoa"
    assert client.get(group.more_url).context["page"].paginator.count == 7


@pytest.mark.parametrize(
    ("factory", "field"),
    [
        (InitiativeFactory, "title"),
        (NeedFactory, "text"),
        (OfferFactory, "text"),
        (EventFactory, "title"),
        (CampaignFactory, "title"),
        (ActorFactory, "name"),
        (NetworkFactory, "name"),
        (ResourceFactory, "title"),
        (ActionFactory, "title"),
    ],
)
def test_search_draft_found_by_staff_only(client, factory, field):
    factory(**{field: "Quinoa confidentiel"}, status=DRAFT)
    assert found(client, "quinoa") == {}
    client.force_login(UserFactory(is_staff=True))
    assert list(found(client, "quinoa").values()) == [["Quinoa confidentiel"]]


def fill_recap(recap):
    VerbatimFactory(recap=recap, text="Le quinoa pousse.")
    KeyIdeaFactory(recap=recap, text="Semer le sarrasin")
    SessionFactory(event=recap.event, outcome="Une moisson de lupin.")
    entry = RoundTableEntryFactory(event=recap.event)
    RoundTableItemFactory(entry=entry, text="Un silo pour le millet")


def told(word):
    """What is found of `fill_recap`: the recap, and what somebody said in it."""
    groups = {"Comptes rendus": ["Journée des champs"]}
    return groups | ({"Propos": ["Le quinoa pousse."]} if word == "quinoa" else {})


@pytest.mark.parametrize("word", ["quinoa", "sarrasin", "lupin", "millet"])
def test_search_words_of_a_published_recap(client, word):
    recap = RecapFactory(event__title="Journée des champs")
    fill_recap(recap)
    assert found(client, word) == told(word)


@pytest.mark.parametrize("word", ["quinoa", "sarrasin", "lupin", "millet"])
@pytest.mark.parametrize("draft", ["status", "event__status"])
def test_search_words_of_a_draft_recap(client, word, draft):
    recap = RecapFactory(event__title="Journée des champs", **{draft: DRAFT})
    fill_recap(recap)
    assert found(client, word) == {}
    client.force_login(UserFactory(is_staff=True))
    assert found(client, word) == told(word)


def test_search_draft_actor_does_not_lead_to_what_it_takes_part_in(client):
    shown = ActorFactory(name="Coopérative du Sarrasin")
    hidden = ActorFactory(name="Coopérative du Quinoa", status=DRAFT)
    initiative = InitiativeFactory(title="Champ partagé")
    InvolvementFactory(initiative=initiative, actor=shown)
    InvolvementFactory(initiative=initiative, actor=hidden)
    NeedFactory(text="Une charrue", actor=hidden)
    assert found(client, "sarrasin") == {
        "Initiatives": ["Champ partagé"],
        "Acteurs": ["Coopérative du Sarrasin"],
    }
    assert found(client, "quinoa") == {}
    hidden.publish()
    assert set(found(client, "quinoa")) == {"Initiatives", "Besoins", "Acteurs"}


def test_search_private_contact_details(client):
    person = PersonFactory(last_name="Quinoa", email="secret@prive.example", phone="0600000000")
    VerbatimFactory(person=person)
    AppearanceFactory(person=person)
    NeedFactory(person=person)
    assert set(found(client, "quinoa")) == {"Besoins", "Rencontres", "Comptes rendus", "Propos"}
    for query in ("secret@prive.example", "secret", "prive", "0600000000", "06 00 00 00 00"):
        assert found(client, query) == {}
    assert not any(
        "secret" in tokens for row in Document.objects.values_list(*"abcd") for tokens in row
    )


def test_search_withdrawn_name(client):
    person = PersonFactory(last_name="Quinoa")
    VerbatimFactory(person=person)
    AppearanceFactory(person=person)
    NeedFactory(person=person)
    entry = RoundTableEntryFactory(event=RecapFactory().event)
    RoundTablePersonFactory(entry=entry, person=person)
    assert found(client, "quinoa") != {}
    person.attribution_withdrawn = True
    person.save()
    assert found(client, "quinoa") == {}


def test_search_withdrawn_name_takes_its_title_and_its_actor_along(client):
    person, actor = PersonFactory(), ActorFactory(name="Sarrasin")
    VerbatimFactory(person=person, title="Maire de Quinoa", actor=actor)
    NetworkMembershipFactory(person=person, actor=actor)
    assert set(found(client, "quinoa")) == {"Comptes rendus", "Propos"}
    assert set(found(client, "sarrasin")) == {"Comptes rendus", "Propos", "Réseaux", "Acteurs"}
    person.attribution_withdrawn = True
    person.save()
    assert found(client, "quinoa") == {}
    assert set(found(client, "sarrasin")) == {"Acteurs"}


def test_search_title_of_nobody_named(client):
    VerbatimFactory(person=None, title="Une maire de Quinoa", actor=ActorFactory(name="Sarrasin"))
    assert set(found(client, "quinoa sarrasin")) == {"Comptes rendus", "Propos"}


def test_search_what_is_said_of_a_hidden_party(client):
    hidden = ActorFactory(status=DRAFT)
    InvolvementFactory(actor=hidden, note="Quinoa")
    ActionPartyFactory(actor=hidden, commitment="Quinoa")
    ActionPartyFactory(actor=hidden, note="Quinoa")
    AttendanceFactory(actor=hidden, territory=TerritoryFactory(name="Sarrasin"))
    assert found(client, "quinoa") == {}
    assert set(found(client, "sarrasin")) == {"Territoires"}
    hidden.publish()
    assert {name: len(titles) for name, titles in found(client, "quinoa").items()} == {
        "Initiatives": 1,
        "Actions": 2,
    }
    assert set(found(client, "sarrasin")) == {"Territoires", "Rencontres"}


def test_search_place_of_a_presence_is_not_told_in_extracts(client):
    AttendanceFactory(territory=TerritoryFactory(name="Sarrasin"))
    [document] = Document.objects.filter(model="events.event")
    assert ("sarrasin" in document.c, "Sarrasin" in document.text) == (True, False)


def test_search_extract_tells_one_text_from_the_next():
    initiative = InitiativeFactory(summary="Un **garage** [partagé](/la/).", body="")
    InvolvementFactory(initiative=initiative, label="un fonds public", note="")
    InvolvementFactory(initiative=initiative, label="un club", note="prête\nun local")
    [document] = Document.objects.filter(model="initiatives.initiative")
    assert document.text == "Un garage partagé. un fonds public · un club · prête un local"


def test_search_extract_has_no_mark_of_a_list():
    InitiativeFactory(summary="Un garage :\n- une navette\n- un prêt.\n- un lieu", body="Un mot.")
    [document] = Document.objects.filter(model="initiatives.initiative")
    assert document.text == "Un garage : une navette · un prêt. un lieu · Un mot."


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"first_name": "Camille", "last_name": "Exemple"}, "Pour mars. Camille Exemple"),
        ({"first_name": "", "last_name": "Exemple"}, "Pour mars. Exemple"),
        ({"first_name": "", "last_name": "", "known_as": "une élue"}, "Pour mars. une élue"),
        ({"last_name": "Exemple", "attribution_withdrawn": True}, "Pour mars."),
    ],
)
def test_search_extract_writes_a_name_as_one(names, told):
    NeedFactory(details="Pour mars.", actor=None, person=PersonFactory(**names))

    [document] = Document.objects.filter(model="initiatives.need")

    assert document.text == told


def test_search_extract_begins_with_what_it_is_and_repeats_nothing_above_it():
    GlossaryTermFactory(
        term="GTE",
        expansions=["gestion territoriale de l'emploi", "gestion locale"],
        aliases=["G.T.E.", "GTE"],
        definition="Ce que des employeurs préparent ensemble.",
    )
    [document] = Document.objects.filter(model="vocabulary.glossaryterm")
    assert document.kicker == "gestion territoriale de l'emploi"
    assert document.text == ("Ce que des employeurs préparent ensemble. gestion locale · G.T.E.")


def test_search_actor_that_a_label_stands_for(client):
    named = {"actor": ActorFactory(name="Sarrasin"), "label": "une coopérative", "note": "Quinoa"}
    InvolvementFactory(**named)
    ActionPartyFactory(**named)
    assert set(found(client, "sarrasin")) == {"Acteurs"}
    assert set(found(client, "quinoa coopérative")) == {"Initiatives", "Actions"}


def test_search_follows_a_renamed_scheme(client):
    scheme = SchemeFactory(name="Plan quinoa")
    InitiativeFactory(title="Champ partagé").schemes.add(scheme)
    assert found(client, "quinoa") == {"Initiatives": ["Champ partagé"]}
    scheme.name = "Plan sarrasin"
    scheme.save()
    assert found(client, "quinoa") == {}
    assert found(client, "sarrasin") == {"Initiatives": ["Champ partagé"]}


def test_search_follows_a_deletion(client):
    initiative = InitiativeFactory(title="Champ de quinoa")
    initiative.delete()
    assert found(client, "quinoa") == {}
    assert not Document.objects.exists()


def test_search_glossary_widens_both_ways(client):
    term = GlossaryTermFactory(
        term="GPECT", expansions=["gestion prévisionnelle territoriale"], aliases=["GPEC-T"]
    )
    InitiativeFactory(title="Une GPECT en vallée")
    InitiativeFactory(title="La gestion prévisionnelle territoriale du plateau")
    both = ["La gestion prévisionnelle territoriale du plateau", "Une GPECT en vallée"]
    for query in ("gpect", "Gestion previsionnelle territoriale", "GPEC-T"):
        assert sorted(found(client, query)["Initiatives"]) == both
        response = client.get(reverse("search"), {"q": query})
        assert response.context["found"].terms == [term]
        assert term.definition in response.text


@pytest.mark.parametrize("query", ["sarrazinage", "sarazinage"])
def test_search_says_the_meaning_of_a_named_term_once_and_in_short(client, query):
    GlossaryTermFactory(
        term="sarrazinage", definition="Ce que fait un moulin. Trois lois en parlent depuis 1870."
    )
    GlossaryTermFactory(term="moulin", definition="Il fait du sarrazinage.")
    InitiativeFactory(title="Le sarrazinage du Bazadais")

    response = client.get(reverse("search"), {"q": query})

    page = BeautifulSoup(response.content, "html.parser").main
    assert page.select_one(".meaning").p.contents[0].strip() == "Ce que fait un moulin."
    assert page.select_one(".result-count").text == "3 résultats"
    assert list(found(client, query).items()) == [
        ("Initiatives", ["Le sarrazinage du Bazadais"]),
        ("Glossaire", ["moulin"]),
    ]


def test_search_of_a_term_of_which_nothing_speaks_is_no_failure(client):
    GlossaryTermFactory(term="sarrazinage")

    response = client.get(reverse("search"), {"q": "sarrazinage"})

    page = BeautifulSoup(response.content, "html.parser").main
    assert (page.select_one(".result-count").text, page.select(".empty")) == (
        "Aucune autre fiche n'en parle.",
        [],
    )


def test_search_shows_initiatives_before_the_words_they_use(client):
    GlossaryTermFactory(term="clause de quinoa", definition="Du quinoa, par contrat.")
    ActorFactory(name="Maison du quinoa")
    InitiativeFactory(title="Des champs de quinoa")

    assert list(found(client, "quinoa")) == ["Initiatives", "Acteurs", "Glossaire"]
    assert list(found(client, "maison du quinoa")) == ["Acteurs"]
    ActorFactory(name="Quinoa")
    assert list(found(client, "quinoa")) == ["Acteurs", "Initiatives", "Glossaire"]


def test_search_part_of_an_expansion_is_not_widened(client):
    GlossaryTermFactory(term="GPECT", expansions=["gestion prévisionnelle territoriale"])
    InitiativeFactory(title="Une GPECT en vallée")
    assert "Initiatives" not in found(client, "gestion")


def test_search_nothing_found_suggests_a_way(client):
    response = client.get(reverse("search"), {"q": "introuvable"})
    assert response.context["found"].groups == []
    for name in ("glossary", "territory_list", "contact"):
        assert f'href="{reverse(name)}' in response.text


@pytest.mark.parametrize("query", ["", "   ", "!!!", "\0", "'\";--"])
def test_search_without_words_shows_help(client, query):
    InitiativeFactory()
    response = client.get(reverse("search"), {"q": query})
    assert response.status_code == 200
    assert "found" not in response.context
    assert "Cherchez une commune" in response.text


@pytest.mark.parametrize(
    "query", ["quin\0oa", "\0quinoa", "quinoa %", "quinoa \\", "quinoa' OR 1=1", "quinoa \ud800"]
)
def test_search_hostile_input(client, query):
    TerritoryFactory(name="Quinoa")
    response = client.get(f"{reverse('search')}?q={quote(query.encode('utf-8', 'surrogatepass'))}")
    assert response.status_code == 200


def test_search_too_long_is_cut_and_says_so(client):
    InitiativeFactory(title="Quinoa")
    response = client.get(reverse("search"), {"q": "quinoa " + "x" * 300})
    assert response.status_code == 200
    assert len(response.context["query"]) == 200
    assert "seul le début a été cherché" in response.text


def test_search_escapes_the_query(client):
    response = client.get(reverse("search"), {"q": "<script>alert(1)</script>"})
    assert "<script>" not in response.text


@pytest.mark.parametrize("count", [1, 30])
def test_search_query_count(client, django_assert_num_queries, count):
    for number in range(count):
        TerritoryFactory(name=f"Quinoa {number}")
        GlossaryTermFactory(definition="Du quinoa.")
        InitiativeFactory(summary="Du quinoa.")
        NeedFactory(details="Du quinoa.")
        OfferFactory(details="Du quinoa.")
        RecapFactory(standfirst="Du quinoa.", event__summary="Du quinoa.")
        CampaignFactory(summary="Du quinoa.")
        ActorFactory(description="Du quinoa.")
        NetworkFactory(description="Du quinoa.")
        ResourceFactory(summary="Du quinoa.")
        ActionFactory(reason="Du quinoa.")
    client.get(reverse("search"), {"q": "quinoa"})
    # The identity, the glossary's forms, what answers, the editions of the catalogues, its
    # weights, the documents, their extracts, and the places named.
    with django_assert_num_queries(8):
        response = client.get(reverse("search"), {"q": "quinoa"})
    assert [group.count for group in response.context["found"].groups] == [count] * 12


def test_rebuild_search_writes_what_signals_kept(capsys):
    recap = RecapFactory()
    fill_recap(recap)
    InitiativeFactory()
    GlossaryTermFactory()
    kept = sorted(Document.objects.values_list("model", "object_id", *"abcd"))
    Document.objects.all().delete()
    call_command("rebuild_search")
    assert sorted(Document.objects.values_list("model", "object_id", *"abcd")) == kept
    assert "Comptes rendus : 1" in capsys.readouterr().out
    assert sum(source.drift() for source in sources.values()) == 0


def test_dry_run_tells_what_drifted_and_leaves_it(capsys):
    InitiativeFactory.create_batch(2)
    assert Document.objects.count() == 2
    Document.objects.all().delete()

    call_command("rebuild_search", dry_run=True)

    assert "Initiatives : 2 écart(s)." in capsys.readouterr().out
    assert not Document.objects.exists()


# Words that very many records hold


@pytest.fixture
def crowd(monkeypatch):
    """More initiatives about quinoa than are weighed by their whole text."""
    monkeypatch.setattr(ranking, "MOST_WEIGHED", 5)
    monkeypatch.setattr(ranking, "CLOSELY_READ", 4)
    for number in range(6):
        InitiativeFactory(title=f"Ferme {number}", body="Du quinoa.")
    InitiativeFactory(title="Du quinoa à la ferme")
    InitiativeFactory(title="Quinoa")
    InitiativeFactory(title="Quinoa secret", status="draft")


def test_crowd_is_ranked_by_its_titles_then_the_latest(client, crowd):
    response = client.get(reverse("initiative_list"), {"q": "quinoa"})

    titles = [initiative.title for initiative in response.context["page"].object_list]
    assert titles == ["Quinoa", "Du quinoa à la ferme", *(f"Ferme {n}" for n in range(5, -1, -1))]


def test_crowd_is_counted_whole_and_without_drafts(client, crowd):
    [group] = client.get(reverse("search"), {"q": "quinoa"}).context["found"].groups

    assert group.count == 8
    assert ["".join(part.text for part in result.title) for result in group.results][:2] == [
        "Quinoa",
        "Du quinoa à la ferme",
    ]


def test_crowd_without_the_word_in_a_title_is_found(client, crowd):
    response = client.get(reverse("initiative_list"), {"q": "ferme quinoa"})

    assert len(response.context["page"].object_list) == 7


def test_staff_finds_drafts_in_a_crowd(admin_client, crowd):
    [group] = admin_client.get(reverse("search"), {"q": "quinoa"}).context["found"].groups

    assert group.count == 9


def test_suggestions_tell_nothing_of_drafts(client, crowd):
    response = client.get(reverse("suggestions"), {"q": "quin"})

    assert [each.title for each in response.context["suggestions"]] == [
        "Quinoa",
        "Du quinoa à la ferme",
    ]


def test_group_of_one_type_is_whole(client, crowd):
    for number in range(25):
        CampaignFactory(title=f"Quinoa {number}")

    response = client.get(
        reverse("search"), {"q": "quinoa", "type": "events.campaign", "page": "2"}
    )

    assert response.context["page"].paginator.count == 25
    assert len(response.context["results"]) == 5


def test_crowd_without_the_word_in_any_title_is_still_shown(client, monkeypatch):
    monkeypatch.setattr(ranking, "MOST_WEIGHED", 5)
    for number in range(8):
        InitiativeFactory(title=f"Ferme {number}", body="Du quinoa.")

    [group] = client.get(reverse("search"), {"q": "quinoa"}).context["found"].groups

    titles = ["".join(part.text for part in result.title) for result in group.results]
    assert group.count == 8
    assert titles == [f"Ferme {number}" for number in range(7, 2, -1)]
