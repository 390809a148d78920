"""The conventions of the house that a program can check."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import models

ROOT = Path(settings.BASE_DIR)
OUR_APPS = ("coopemploi", "territories", "initiatives", "events")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OUR_TEMPLATES = [
    path for path in TEMPLATES if path.relative_to(ROOT / "templates").parts[0] != "admin"
]
PYTHON_FILES = [path for app in OUR_APPS for path in sorted((ROOT / app).rglob("*.py"))]
SOURCES = [path for path in PYTHON_FILES if "migrations" not in path.parts]
VIEWS = [path for path in SOURCES if path.name.endswith("views.py")]
MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in OUR_APPS
    and not model._meta.auto_created
    and not hasattr(model, "history_object")  # the versions of another model
]

DERIVED = {model._meta.label for model in MODELS if model._meta.app_label == "search"}
DERIVED |= {"initiatives.MatchProfile", "initiatives.MatchFeature"}
DERIVED |= {"merging.LikelyDuplicate", "merging.Sweep"}

# What stands on everything: the only places that may import every app.
TOP = ("coopemploi.participation", "coopemploi.pages", "coopemploi.demo", "coopemploi.urls")
LAYERS = ["coopemploi", "territories", "initiatives", "events", *TOP]


def relative(path):
    return str(path.relative_to(ROOT))


def label(model):
    return model._meta.label


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def layer_of(module):
    if module.startswith(TOP):
        return len(LAYERS)
    package = module.split(".")[0]
    return LAYERS.index(package) if package in LAYERS else -1


def imported_modules(path):
    package = module_name(path).split(".")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: -node.level] if node.level else []
            yield ".".join([*base, node.module or ""]).strip(".")


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_imports_run_one_way(path):
    own_layer = layer_of(module_name(path))

    upward = [name for name in imported_modules(path) if layer_of(name) > own_layer]

    assert upward == []


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if "models" in module_name(path).split(".")], ids=relative
)
def test_models_import_no_form_view_or_service(path):
    forbidden = {"forms", "views", "services", "admin", "filters"}

    assert [
        name
        for name in imported_modules(path)
        if forbidden & set(name.split(".")) and not name.startswith("django")
    ] == []


@pytest.mark.parametrize("path", VIEWS, ids=relative)
def test_views_leave_to_querysets_what_records_are_read_with(path):
    """A `with_…` stands above its model, where the views of all apps find it."""
    functions = [node for node in ast.parse(path.read_text()).body if hasattr(node, "name")]

    assert [node.name for node in functions if node.name.startswith("with_")] == []


def test_no_file_is_named_for_nothing():
    vague = {"utils", "helpers", "common", "misc"}

    assert [relative(path) for path in SOURCES if vague & set(path.with_suffix("").parts)] == []


def test_what_is_read_is_asked_by_head_too():
    wrong = re.compile(r'require_GET\b|require_http_methods\(\[(?=[^\]]*"GET")(?![^\]]*"HEAD")')
    assert [relative(path) for path in SOURCES if wrong.search(path.read_text())] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_named_for_what_they_do():
    names = [path.stem for path in PYTHON_FILES if path.parent.name == "migrations"]

    assert [name for name in names if re.match(r"\d{4}_(auto_|alter_.*_more)", name)] == []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_constraints_speak_french(model):
    default = models.BaseConstraint.default_violation_error_message

    assert [
        constraint.name
        for constraint in model._meta.constraints
        if constraint.violation_error_message == default
    ] == []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_labels_are_french_and_in_lower_case(model):
    names = [model._meta.verbose_name, model._meta.verbose_name_plural]
    names += [
        field.verbose_name
        for field in model._meta.get_fields()
        if getattr(field, "verbose_name", None) and not field.auto_created
    ]
    # A sigle (SIREN, EPCI) keeps its capitals.
    capitalised = [name for name in names if re.match(r"[A-ZÉÀ][a-zé]", str(name))]

    inherited = {"ID"}
    assert set(capitalised) - inherited == set()


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_other_kind_says_of_what(model):
    """« Autre » is said alone above a title or on a card: « autre rencontre » tells something."""
    labels = [str(said) for field in model._meta.fields for _, said in field.flatchoices or ()]
    said_otherwise = {"initiatives.Resource"}  # its kicker is « Ressource · autre »
    assert "autre" not in labels or model._meta.label in said_otherwise


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_on_delete_says_why(path):
    lines = path.read_text().splitlines()
    silent = [
        f"{number + 1}: {line.strip()}"
        for number, line in enumerate(lines)
        if re.search(r"models\.(SET_NULL|PROTECT|RESTRICT|DO_NOTHING)\b", line)
        and "#" not in line
        and "#" not in lines[number - 1]
    ]

    assert silent == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_managers_hide_no_rows(path):
    """Only a view or an admin may define get_queryset."""
    overrides = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(("Manager", "QuerySet"))
        and any(getattr(item, "name", "") == "get_queryset" for item in node.body)
    ]

    assert overrides == []


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_has_nothing_inline_and_nothing_unsafe(path):
    text = path.read_text()

    assert re.findall(r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", text) == []
    assert re.findall(r"\|\s*safe\b|autoescape off", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"{]*", text) == []


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=relative)
def test_fragment_says_what_it_expects_and_receives_only_that(path):
    text = path.read_text()
    if path.name.startswith("_"):
        assert re.match(r"\{# .+ #\}$", text.splitlines()[0])

    includes = re.findall(r"\{% include (?:(?!%\}).)*%\}", text)

    assert [include for include in includes if not re.search(r"\bonly %\}$", include)] == []


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=relative)
def test_templates_have_three_levels_at_most(path):
    depth, current = 1, path
    while found := re.match(r'\{% extends "([^"]+)" %\}', current.read_text()):
        depth += 1
        current = ROOT / "templates" / found.group(1)
        if not current.exists():
            break

    assert depth <= 3


def test_every_model_is_in_the_admin():
    inlines = {
        inline.model
        for model_admin in admin.site._registry.values()
        for inline in model_admin.inlines
    }
    # Derived tables are not edited, imports have pages of their own.
    derived = {
        "territories.Containment",
        "imports.ImportBatch",
        "imports.ImportRow",
        "link_checks.LinkCheck",
        "events.RoundTableBatch",
        "events.RoundTableDraft",
        *DERIVED,
    }
    # Answers are counted on a page of their own, and never seen one by one.
    derived |= {"events.Tally", "events.Remark", "events.SpentLink"}
    missing = set(MODELS) - set(admin.site._registry) - inlines

    assert {model._meta.label for model in missing} - derived == set()


def test_every_model_has_a_factory():
    from factory.django import DjangoModelFactory

    from tests import factories

    made = {
        factory._meta.model
        for factory in vars(factories).values()
        if isinstance(factory, type)
        and issubclass(factory, DjangoModelFactory)
        and not factory._meta.abstract
    }
    without_need = {
        "identity.Identity",  # one record, from Identity.current()
        "territories.Containment",  # derived
        "imports.ImportBatch",  # made of a file, as a person sends it
        "imports.ImportRow",
        *DERIVED,
    }

    assert {model._meta.label for model in MODELS if model not in made} == without_need


def test_mail_cuts_no_sentence():
    """What reads mail on a phone wraps lines by itself: a line cut here is cut twice there."""
    cut = re.compile(r"[\w,;]\n[a-zà-ÿ]")
    mails = sorted((ROOT / "templates" / "mail").rglob("*.txt"))
    assert [each.name for each in mails if cut.search(each.read_text())] == []


def test_who_reads_is_not_said_to_be_a_man():
    """« Vous êtes inscrit » is said to half of the people: « votre inscription est… » to all."""
    agreed = re.compile(r"[Vv]ous (?:êtes|étiez|serez) (?:déjà |bien )?\w+(?:é|it|u)\b")
    texts = [*OUR_TEMPLATES, *sorted((ROOT / "templates").rglob("*.txt"))]
    assert [relative(each) for each in texts if agreed.search(each.read_text())] == []


def test_long_counts_are_printed_as_french_does():
    """36 704 territoires: a list may count thousands."""
    bare = re.compile(r"{{ (page\.paginator|found|group|way|part|section)\.count }}")
    lists = [relative(each) for each in OUR_TEMPLATES if bare.search(each.read_text())]
    assert set(lists) <= {"templates/territories/network_list.html"}


def test_days_and_hours_are_printed_as_french_does():
    """Django prints « 1 mars 2027, 09:30 »; `day` and `hour`, « 1er mars 2027 » and « 9 h 30 »."""
    bare = re.compile(r"(date:|now |time:)[\"'][^\"']*(j F|H:i)")
    assert [relative(each) for each in TEMPLATES if bare.search(each.read_text())] == []


def test_punctuation_does_not_begin_a_line():
    """« : ; ? ! » and guillemets hold to their words by `&nbsp;`, but in what no page shows."""
    unseen = re.compile(
        r"{% block (?:head_)?(?:title|description) %}.*?{% endblock \w* ?%}"
        r"|{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>",
        re.DOTALL,
    )
    loose = re.compile(r" [:;?!»]|« ")
    texts = {each: unseen.sub("|", each.read_text()) for each in TEMPLATES}
    assert [relative(each) for each, text in texts.items() if loose.search(text)] == []


def test_readme_tells_every_setting_and_command():
    readme = (ROOT / "README.md").read_text()
    read = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "coopemploi/settings.py").read_text())
    commands = [path.stem for path in SOURCES if path.parent.name == "commands"]
    names = [name for name in (*read, *commands) if name != "__init__"]

    assert "SECRET_KEY" in names
    assert "run_due" in names
    assert [name for name in names if not re.search(rf"\b{name}\b", readme)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").rglob("*.py")), ids=relative)
def test_benchmarks_tell_their_options(path):
    """Read by hand, « --help » would be an option like another: the whole measure would run."""
    assert "sys.argv" not in path.read_text()
