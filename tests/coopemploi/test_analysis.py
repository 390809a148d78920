import pytest

from coopemploi.search.analysis import Analyser, Marker, stem

GLOSSARY = [
    ("gpect", ("GPECT", "gestion prévisionnelle des emplois et des compétences", "GPEC-T")),
    ("ai", ("AI", "association intermédiaire")),
    ("cle", ("CLE", "comité local pour l'emploi")),
    ("mission-locale", ("mission locale", "ML")),
]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("emploi", "emplois"),
        ("travail", "travaux"),
        ("local", "locaux"),
        ("reseau", "reseaux"),
        ("lieu", "lieux"),
        ("elu", "elus"),
        ("mobilite", "mobilites"),
        ("chomeur", "chomeuses"),
        ("territorial", "territoriaux"),
        ("entreprise", "entreprises"),
        ("metier", "metiers"),
    ],
)
def test_plural_and_feminine_share_their_stem(word, other):
    assert stem(word) == stem(other)


@pytest.mark.parametrize(
    ("word", "other"), [("emploi", "employeur"), ("region", "regie"), ("cle", "clause")]
)
def test_different_words_keep_different_stems(word, other):
    assert stem(word) != stem(other)


def test_text_is_split_at_hyphens_and_apostrophes():
    assert Analyser().tokens("L'aller-vers à Saint-Étienne, l’emploi") == [
        "aller",
        "ver",
        "vers",
        "saint",
        "etien",
        "etienne",
        "emploi",
    ]


def test_stop_words_are_left_out_with_or_without_accent():
    assert Analyser().clauses("à Dax") == Analyser().clauses("a Dax") == [("dax", "dax*")]


@pytest.mark.parametrize(
    "text",
    [
        "Une GPECT",
        "la gestion prévisionnelle de l'emploi et des compétences",
        "Gestion previsionnelle des emplois et competences",
        "une GPEC-T",
    ],
)
def test_term_is_one_concept_whatever_its_form(text):
    analyser = Analyser(GLOSSARY)

    assert "zzgpect" in analyser.tokens(text)
    assert "zzgpect" in analyser.clauses(text)[-1]


def test_part_of_an_expansion_is_no_concept():
    assert "zzgpect" not in Analyser(GLOSSARY).tokens("gestion prévisionnelle des stocks")


def test_phrase_does_not_run_from_one_text_into_the_next():
    assert "zzmissionlocale" not in Analyser(GLOSSARY).tokens("une mission", "locale")


def test_short_sigle_is_a_concept_only_in_capitals():
    analyser = Analyser(GLOSSARY)

    assert analyser.tokens("J'ai la clé") == ["cle"]
    assert "zzai" in analyser.tokens("une AI")
    assert analyser.clauses("ai") == [("zzai", "ai", "ai*")]


def test_query_words_may_be_half_typed():
    assert Analyser().clauses("mobil dax") == [("mobil", "mobil*"), ("dax", "dax*")]


def test_short_word_is_half_typed_only_at_the_end():
    assert Analyser().clauses("dax bois") == [("dax",), ("boi", "bois*")]


@pytest.mark.parametrize("query", ["", "   ", "!!!", "\0", "'\";--"])
def test_query_without_words_asks_nothing(query):
    assert Analyser(GLOSSARY).clauses(query) == []


def test_query_tokens_hold_only_ascii_letters_and_digits():
    query = '"GPECT" OR l\'été* NEAR(ﬁlière, №5) : ½ ١٢ Ωμέγα 東京'

    for clause in Analyser(GLOSSARY).clauses(query):
        for token in clause:
            assert token.removesuffix("*").isascii()
            assert token.removesuffix("*").isalnum()


def test_terms_named_are_those_of_the_whole_query():
    analyser = Analyser(GLOSSARY)

    assert analyser.terms_named("gpect") == ["gpect"]
    assert analyser.terms_named("missions locales") == ["mission-locale"]
    assert analyser.terms_named("gpect Dax") == []


@pytest.mark.parametrize("text", ["P.L.I.E.", "le P.L.I.E de Dax", "p.l.i.e", "(P.L.I.E.)"])
def test_dotted_sigle_is_one_word(text):
    assert "plie" in Analyser().tokens(text)
    assert "p" not in Analyser().tokens(text)


def test_dots_of_sentences_and_initials_join_nothing():
    assert Analyser().tokens("Fini.Ainsi M. Dupont") == Analyser().tokens("Fini Ainsi M Dupont")


def test_marker_finds_what_each_text_holds():
    analyser = Analyser(GLOSSARY)
    marker = Marker(analyser, analyser.clauses("GPECT solidaire"))

    def marked(text):
        return [(text[start:end], number) for start, end, number in marker.spans(text)]

    assert marked("Une GPECT solidaire, des garages solidaires") == [
        ("GPECT", 0),
        ("solidaire", 1),
        ("solidaires", 1),
    ]
    # The same first word, that begins a term here and not there.
    spelt_out = "gestion prévisionnelle des emplois et des compétences"
    assert marked(f"La {spelt_out}") == [(spelt_out, 0)]
    assert marked("La gestion solidaire, prévisionnelle") == [("solidaire", 1)]
    assert marked("Rien") == []


def test_marker_asks_capitals_of_a_short_sigle():
    analyser = Analyser(GLOSSARY)
    marker = Marker(analyser, [("zzai",)])
    assert marker.spans("J'ai une AI") == [(9, 11, 0)]
