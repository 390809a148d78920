import re

import pytest
from django.template import RequestContext, Template
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.safestring import SafeString

from coopemploi.prose import render_prose
from coopemploi.vocabulary.acronyms import Acronyms, PageAcronyms
from coopemploi.vocabulary.models import GlossaryTerm
from tests.factories import (
    ActionFactory,
    ActionNoteFactory,
    ActorFactory,
    CampaignFactory,
    EventFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    InitiativeFigureFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkFactory,
    ObjectiveFactory,
    OfferFactory,
    RecapFactory,
    RecapSectionFactory,
    ResourceFactory,
    RoundTableItemFactory,
    SchemeFactory,
    SessionFactory,
    StepFactory,
    TerritoryFactory,
    VerbatimFactory,
)

TERMS = [
    ("ai", "AI", "association intermédiaire"),
    ("cle", "CLE", "comité local pour l'emploi"),
    ("epci", "EPCI", "établissement public"),
    ("metropole", "métropole", "grande ville"),
    ("m2", "M2", "master 2"),
    ("n-a", "N-A", "Nouvelle-Aquitaine"),
    ("plie", "PLIE", "plan local"),
    ("pqn-a", "PQN-A", "Pays et Quartiers"),
    ("rh-tpe", "RH TPE", "ressources humaines des très petites entreprises"),
    ("rsa", "RSA", ""),
]


def link(slug, form, expansion):
    url = reverse("glossary_term", args=[slug])
    return f'<a class="acronym" href="{url}"><abbr title="{expansion}">{form}</abbr></a>'


PLIE = link("plie", "PLIE", "plan local")
EPCI = link("epci", "EPCI", "établissement public")


@pytest.fixture
def page():
    return PageAcronyms(Acronyms(TERMS))


# What is found


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Un PLIE et une AI", ["PLIE", "AI"]),
        ("PLIE", ["PLIE"]),
        ("(PLIE), l'EPCI et d’AI.", ["PLIE", "EPCI", "AI"]),
        ("EPCI/PLIE", ["EPCI", "PLIE"]),
        ("inter-EPCI", ["EPCI"]),
        ("PQN-A puis N-A", ["PQN-A", "N-A"]),
        ("RH TPE, RH\u00a0TPE et RH\nTPE", ["RH TPE"] * 3),
        ("j'ai la clé, le papier plie, Plie", []),
        ("PLIES, EPCIs, 1PLIE, PLIE_2, RAI", []),
        ("LA CLÉ, ÉPLIE, CLE\u0301", []),
        ("une métropole, le M2, le RSA", []),
        ("", []),
    ],
)
def test_whole_words_in_their_own_letters_are_found(text, forms):
    assert [form for _, _, form, _, _ in Acronyms(TERMS).find(text)] == forms


def test_nothing_is_found_without_a_term():
    assert list(Acronyms([]).find("Un PLIE")) == []
    assert list(Acronyms([("mot", "mot", "un mot")]).find("Un mot")) == []


def test_the_first_of_two_terms_written_alike_is_kept():
    acronyms = Acronyms([("a", "RH TPE", "le premier"), ("b", "RH  TPE", "le second")])

    assert [found[-1] for found in acronyms.find("RH TPE")] == ["le premier"]


# What is written


def test_only_the_first_occurrence_in_a_page_is_explained(page):
    assert page.explain("Le PLIE, un PLIE") == f"Le {PLIE}, un PLIE"
    assert page.explain("Un PLIE et l’EPCI") == f"Un PLIE et l’{EPCI}"
    assert page.explain("EPCI, PLIE") == "EPCI, PLIE"


@pytest.mark.parametrize("nothing", ["", None])
def test_no_text_stays_nothing(page, nothing):
    assert page.explain(nothing) == ""


def test_plain_text_is_escaped(page):
    html = page.explain('<script>alert("PLIE")</script> & l\'EPCI')

    assert html == (f"&lt;script&gt;alert(&quot;{PLIE}&quot;)&lt;/script&gt; &amp; l&#x27;{EPCI}")


def test_expansion_is_escaped():
    page = PageAcronyms(Acronyms([("x", "XY", "\"><script>alert('x')</script>")]))

    assert page.explain("XY") == link(
        "x", "XY", "&quot;&gt;&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
    )


def test_prose_is_explained_outside_of_links_and_code(page):
    prose = render_prose(
        "**Un PLIE**\net [le PLIE de l'EPCI](https://example.org/EPCI), `AI`\n\nAI"
    )

    html = page.explain(prose)

    assert html == prose.replace("<strong>Un PLIE", f"<strong>Un {PLIE}").replace(
        "<p>AI", "<p>" + link("ai", "AI", "association intermédiaire")
    )


@pytest.mark.parametrize(
    "html",
    [
        '<p title="EPCI">texte</p>',
        "<abbr>EPCI</abbr>",
        "<a href='/'><em>un</em> EPCI</a>",
        "<option>EPCI</option>",
        "<script>EPCI</script>",
        "<!-- EPCI -->",
        "&EPCI; &#xEPCI",
    ],
)
def test_markup_is_left_as_it_is(page, html):
    assert page.explain(SafeString(html)) == html


def test_lines_and_entities_before_an_acronym_do_not_shift_it(page):
    html = linebreaks_filter("l'un & l'autre\r\n\nCœur <b> :\nun PLIE")

    assert page.explain(html) == html.replace("PLIE", PLIE)


def test_a_long_text_is_explained_once():
    forms = [first + second + "XQ" for first in "ABCDEFGHIJKLMNOPQRST" for second in "ABCDEFGHIJ"]
    acronyms = Acronyms([(form.lower(), form, f"développé de {form}") for form in forms])
    words = "l'emploi est porté par le territoire de Bordeaux & l'insertion aujourd'hui, ABXQ\n"
    text = linebreaks_filter(words * (100_000 // len(words)))

    html = PageAcronyms(acronyms).explain(text)

    assert len(forms) == 200
    assert html.count("<abbr") == 1


# With the glossary


def render(rf, source, **context):
    return Template("{% load coopemploi %}" + source).render(RequestContext(rf.get("/"), context))


@pytest.mark.django_db
def test_explaining_costs_one_query_a_page(rf, django_assert_num_queries):
    GlossaryTermFactory(term="PLIE", expansions=["plan local", "plans locaux"])

    with django_assert_num_queries(1):
        html = render(rf, "{% explain a %}, {% explain b %}", a="Un PLIE", b="Le PLIE")

    assert html == f"Un {PLIE}, Le PLIE"


@pytest.mark.django_db
def test_explaining_costs_nothing_without_a_text(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert render(rf, "{% explain a %}{% explain b|prose %}", a="", b="") == ""


@pytest.mark.django_db
def test_an_edit_of_the_glossary_shows_at_once(rf):
    GlossaryTermFactory(term="PLIE", expansions=["ancien"])
    before = render(rf, "{% explain a %}", a="PLIE")

    GlossaryTerm.objects.update(expansions=["plan local"])

    assert before == link("plie", "PLIE", "ancien")
    assert render(rf, "{% explain a %}", a="PLIE") == PLIE


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("expansions", "title"),
    [
        (["contrat de ville", "curriculum vitæ"], "contrat de ville ou curriculum vitæ"),
        (
            ["société coopérative de production", "Société coopérative et participative"],
            "société coopérative de production",
        ),
    ],
)
def test_other_meanings_are_told_but_not_variants(rf, expansions, title):
    GlossaryTermFactory(term="CV", expansions=expansions)

    assert render(rf, "{% explain a %}", a="CV") == link("cv", "CV", title)


@pytest.mark.django_db
def test_a_term_without_expansion_is_not_explained(rf):
    GlossaryTermFactory(term="PLIE", expansions=[])

    assert render(rf, "{% explain a %}", a="PLIE") == "PLIE"


def recap_of(**kwargs):
    return RecapFactory(standfirst="Rien.", **kwargs)


def told(text, **of):
    item = RoundTableItemFactory(text=text, **of)
    recap_of(event=item.entry.event)
    return item


def classified(record, scheme):
    record.schemes.add(scheme)
    return record


# Each place that explains, by its page.
PLACES = {
    "initiative": lambda text: InitiativeFactory(summary=text),
    "initiative body": lambda text: InitiativeFactory(body=text),
    "initiative worked": lambda text: InitiativeFactory(worked=text),
    "initiative did not work": lambda text: InitiativeFactory(did_not_work=text),
    "initiative how overcome": lambda text: InitiativeFactory(how_overcome=text),
    "initiative how to redo": lambda text: InitiativeFactory(how_to_redo=text),
    "scheme": lambda text: classified(InitiativeFactory(), SchemeFactory(name=text)),
    "step": lambda text: StepFactory(label=text).initiative,
    "figure": lambda text: InitiativeFigureFactory(label=text).initiative,
    "involvement": lambda text: InvolvementFactory(note=text).initiative,
    "told of an initiative": lambda text: told(text, initiative=InitiativeFactory()).initiative,
    "told of a need": lambda text: told(text, need=NeedFactory()).need,
    "objective": lambda text: ObjectiveFactory(text=text).event,
    "need": lambda text: NeedFactory(details=text),
    "offer": lambda text: OfferFactory(details=text),
    "resource": lambda text: ResourceFactory(summary=text),
    "actor": lambda text: ActorFactory(description=text),
    "network": lambda text: NetworkFactory(description=text),
    "territory": lambda text: TerritoryFactory(description=text),
    "event": lambda text: EventFactory(summary=text),
    "event body": lambda text: EventFactory(body=text),
    "session question": lambda text: SessionFactory(question=text).event,
    "session outcome": lambda text: SessionFactory(outcome=text).event,
    "standfirst": lambda text: RecapFactory(standfirst=text).event,
    "recap section": lambda text: RecapSectionFactory(recap=recap_of(), body=text).recap.event,
    "verbatim": lambda text: VerbatimFactory(recap=recap_of(), text=text).recap.event,
    "contribution": lambda text: recap_of(event=RoundTableItemFactory(text=text).entry.event).event,
    "action": lambda text: ActionFactory(reason=text),
    "action scope": lambda text: ActionFactory(scope=text),
    "action note": lambda text: ActionNoteFactory(text=text).action,
    "campaign": lambda text: CampaignFactory(summary=text),
    "campaign body": lambda text: CampaignFactory(body=text),
}


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_the_texts_of_a_page_are_explained(client, place):
    GlossaryTermFactory(term="PLIE", expansions=["plan local"])
    record = PLACES[place]("Le PLIE <script>alert(1)</script> d'ici, un PLIE.")

    html = client.get(record.get_absolute_url()).content.decode()

    assert html.count("<abbr") == 1
    assert f"Le {PLIE} &lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


@pytest.mark.django_db
def test_titles_links_and_cards_are_not_explained(client):
    GlossaryTermFactory(term="PLIE", expansions=["plan local"])
    territory = TerritoryFactory(name="Le PLIE")
    initiative = InitiativeFactory(title="Un PLIE", summary="Avec le PLIE.")
    initiative.territories.add(territory)

    html = client.get(territory.get_absolute_url()).content.decode()

    assert "Avec le PLIE." in html
    assert "<abbr" not in html


@pytest.mark.django_db
def test_the_fragments_of_a_page_share_its_acronyms(client):
    GlossaryTermFactory(term="PLIE", expansions=["plan local"])
    event = EventFactory(summary="Le PLIE.")
    SessionFactory(event=event, question="Quel PLIE ?")
    recap = RecapFactory(event=event, standfirst="Ce PLIE.")
    VerbatimFactory(recap=recap, text="Mon PLIE.")
    RoundTableItemFactory(entry__event=event, text="Son PLIE.")

    html = client.get(event.get_absolute_url()).content.decode()

    assert re.findall(r"\w+ <a [^>]*><abbr", html) == re.findall(r"Le <a [^>]*><abbr", html)
    assert html.count("<abbr") == 1
    for text in ("Quel PLIE\N{NO-BREAK SPACE}?", "Ce PLIE.", "Mon PLIE.", "Son PLIE."):
        assert text in html
