"""The short ways of our templates give what Django's long ones do."""

import pytest
from django.template import Context, Engine, RequestContext, Template
from django.template import base as django_base
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

from coopemploi import templating
from coopemploi.templating import quicken


class Record:
    title = "<b>l'été</b>"
    safe = mark_safe("<b>oui</b>")
    count = 1234
    nothing = None

    def __init__(self):
        self.deleted = False
        self.own = "à soi"

    def method(self):
        return "appelée"

    def needs(self, argument):
        return argument

    def delete(self):
        self.deleted = True

    delete.alters_data = True

    @property
    def lost(self):
        raise LookupFailureError

    @property
    def broken(self):
        return self.no_such_thing

    class Kept:
        do_not_call_in_templates = True
        name = "classe"

    def __iter__(self):
        return iter(("un", "deux"))


class LookupFailureError(Exception):
    silent_variable_failure = True


class Items:
    name = "attribut"

    def __getitem__(self, key):
        return {"name": "élément"}[key]


EXPRESSIONS = [
    "{{ record.title }} {{ record.safe }} {{ record.count }} {{ record.nothing }}",
    "{{ record.title|safe }} {{ record.title|upper|truncatechars:6 }} {{ record.own }}",
    "{{ record.method }} [{{ record.needs }}] [{{ record.delete }}] [{{ record.lost }}]",
    "{{ record.Kept.name }} {{ items.name }} {{ words.1 }} {{ words.9 }} {{ keys.a.b }}",
    "{{ keys.z }} {{ keys.items }} {{ lazy.title }}",
    "{{ absent }} {{ absent.further }} {{ record.absent }}",
    "{{ True }} {{ None }} {{ 3 }} {{ 1.5 }} {{ 'texte <' }} {{ _('Yes') }} {{ yes }}",
    "{{ function }} {{ keys.function }}",
    "{% if record.absent %}a{% elif record.count > 3 %}b{% endif %}{% if not absent %}c{% endif %}",
    "{% if record.absent is not None %}a{% endif %}{% if absent == record.nothing %}b{% endif %}",
    "{% for word in words %}{{ forloop.counter }}{{ word }}{% empty %}0{% endfor %}",
    "{% for one in record %}{{ one }}{% endfor %}{% with a=keys.a %}{{ a.b }}{% endwith %}",
    "{% autoescape off %}{{ record.title }}{% endautoescape %} {{ keys.a.b|default:record.own }}",
    "{% url 'home' %}{% url 'initiative_detail' 'dax' %}{% url 'home' as a %}{{ a }}",
    "{% for each in addresses %}{% url each %} {% endfor %}",
    "{% include 'card.html' with one=record only %}{% include 'card.html' with one=items %}",
    "{% include name %}{{ request.path }}{{ use_tz }}",
    "{% for name, value in keys.pairs %}{{ name }}={{ value }};{% endfor %}[{{ name }}{{ value }}]",
    "{% for name, value in keys.pairs %}{{ forloop.counter }}{{ name }}{% empty %}0{% endfor %}",
    "{% for one in words %}{% include 'card.html' %}{% endfor %}{% include name with one=items %}",
    "{% for word in words reversed %}{{ forloop.revcounter }}{{ forloop.revcounter0 }}{{ word }}"
    "{% if forloop.first %}!{% endif %}{% if not forloop.last %},{% endif %}{% endfor %}",
    "{% for word in words %}{% for name, value in keys.pairs %}{{ forloop.parentloop.counter0 }}"
    "{{ forloop.counter0 }}{% cycle 'a' 'b' 'c' %}{% ifchanged %}{{ word }}{% endifchanged %}"
    "{% endfor %}{{ forloop.counter }}{% endfor %}{{ forloop }}",
    "{% for one in words %}{% include 'turn.html' %}{% endfor %}{% include 'filled.html' %}",
    "{% for each in names %}{% include each with one=record only %}{% endfor %}",
    "{% extends 'base.html' %}{% block a %}<{{ block.super }}{{ record.own }}>{% endblock %}",
    "{% extends 'filled.html' %}{% block b %}{{ block.super }}b{% endblock %}",
    "{% extends parent %}{% block a %}autre{% endblock %}",
]
OTHERS = {
    "turn.html": "{% cycle 'pair' 'impair' %}{% ifchanged one %}!{% endifchanged %}",
    "base.html": "{# racine #}[{% block a %}A{% block b %}B{% endblock %}{% endblock %}]",
    "filled.html": "{% extends 'base.html' %}{% block b %}<b>{{ block.super }}</b>{% endblock %}",
}
CARD = "[{{ one.title }}{{ one.name }}{{ record.own }}{{ request.path }}]"


@pytest.fixture
def engines(settings):
    """Django's, and ours."""
    settings.USE_THOUSAND_SEPARATOR = False
    plain = "django.template.loaders.locmem.Loader"

    def engine(loader, source):
        held = {"page.html": source, "card.html": CARD, **OTHERS}
        return Engine(loaders=[(loader, [(plain, held)])])

    return lambda source: (
        engine("django.template.loaders.cached.Loader", source),
        engine("coopemploi.templating.Loader", source),
    )


def context_of(request):
    return RequestContext(
        request,
        {
            "record": Record(),
            "items": Items(),
            "words": ["zéro", "un & deux"],
            "keys": {
                "a": {"b": "<c>"},
                "items": "clé",
                "function": lambda: "aussi",
                "pairs": [("un", 1), ("deux", "<2>")],
            },
            "addresses": ["home", "search"],
            "names": ["card.html", "turn.html", "card.html"],
            "parent": "base.html",
            "lazy": SimpleLazyObject(Record),
            "yes": True,
            "name": "card.html",
            "function": lambda: "rendue",
        },
    )


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_a_template_says_the_same(engines, rf, source):
    long, short = (
        [engine.get_template("page.html").render(context_of(rf.get("/ici/"))) for _ in range(2)]
        for engine in engines(source)
    )

    assert short == long


@pytest.mark.parametrize(
    "source",
    [
        "{{ record.broken }}",
        "{% include 'none.html' %}",
        "{% extends 'none.html' %}",
        "{% for a, b, c in keys.pairs %}{{ a }}{% endfor %}",
    ],
)
def test_a_template_fails_the_same(engines, rf, source):
    raised = []
    for engine in engines(source):
        with pytest.raises(Exception) as failure:  # noqa: PT011 - of any kind, but the same
            engine.get_template("page.html").render(context_of(rf.get("/")))
        raised.append(failure.type)

    assert raised[0] is raised[1]


def test_template_that_extends_another_of_its_name_finds_it(tmp_path, rf):
    """As those of the admin that we complete."""
    for folder, text in {
        "ours": "{% extends 'base.html' %}{% block a %}nos {{ block.super }}{% endblock %}",
        "theirs": "[{% block a %}leurs{% endblock %}]",
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "base.html").write_text(text)
    (tmp_path / "ours" / "page.html").write_text("{% extends 'base.html' %}")
    folders = [str(tmp_path / folder) for folder in ("ours", "theirs")]
    loader = ("django.template.loaders.filesystem.Loader", folders)
    engine = Engine(loaders=[("coopemploi.templating.Loader", [loader])])

    for _ in range(2):
        assert engine.get_template("page.html").render(Context()) == "[nos leurs]"


def test_what_alters_data_is_not_called(engines, rf):
    record = Record()
    _, ours = engines("{{ record.delete }}")

    assert ours.get_template("page.html").render(Context({"record": record})) == ""
    assert not record.deleted


def test_short_ways_are_taken(engines):
    template = engines("{{ record.title }}{% if a %}{{ b|lower }}{% endif %}")[1].get_template(
        "page.html"
    )

    variables = template.nodelist.get_nodes_by_type(django_base.VariableNode)
    assert {type(node) for node in variables} == {templating.VariableNode}
    assert {type(node.filter_expression.var) for node in variables} == {templating.Variable}


def test_django_says_where_a_template_fails_under_debug():
    held = {"page.html": "{{ a }}"}
    loaders = [("coopemploi.templating.Loader", [("django.template.loaders.locmem.Loader", held)])]
    template = Engine(loaders=loaders, debug=True).get_template("page.html")

    assert type(template.nodelist[0]) is django_base.VariableNode


def test_what_was_prefetched_is_read_without_its_manager():
    class Prefetched:
        _prefetched_objects_cache = {"themes": ["mobilité"]}

        @property
        def themes(self):
            raise AssertionError

    template = Engine().from_string("{% for each in record.themes.all %}{{ each }}{% endfor %}")
    quicken(template.nodelist)

    assert template.render(Context({"record": Prefetched()})) == "mobilité"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "réseau"), (1, "réseau"), (2, "réseaux"), ([], "réseau")]
)
def test_nothing_is_singular(count, said):
    template = Template("réseau{{ count|pluralize:'x' }}")

    assert template.render(Context({"count": count})) == said
