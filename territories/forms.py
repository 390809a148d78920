"""How people name territories in a form: in their words, recognised when there is no doubt."""

import re

from django import forms
from django.core.exceptions import ValidationError

from coopemploi.search.text import normalise, storable

from .models import Territory
from .naming import SAID_WITH_KIND

MOST_READ = 50
MOST_PROPOSED = 5


class NameInput(forms.TextInput):
    """A text, with the known names proposed while one types (`names.js`)."""

    template_name = "forms/name_input.html"
    names = ""  # the name of the address that gives them

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["names"] = self.names
        return context


class TerritoryInput(NameInput):
    names = "territory_names"


class ActorInput(NameInput):
    names = "actor_names"


def territories_named(name):
    """The territories called so, by their name or as the suggestions write it.

    A bare name is never that of a kind which is always said: « Die » is the commune.
    """
    wanted = normalise(name)
    if not wanted:
        return []
    called = []
    if "(" in name:
        found = Territory.objects.matching(name.partition("(")[0])[:MOST_READ]
        called = [each for each in found if normalise(each.full_label) == wanted]
    if not called:
        found = Territory.objects.matching(name)[:MOST_READ]
        called = [each for each in found if each.nearness == 0]
    bare = [each for each in called if each.kind not in SAID_WITH_KIND]
    return bare or called


def territory_named(name):
    """The one territory called so; None when there is none or several."""
    found = territories_named(name)
    return found[0] if len(found) == 1 else None


def plain_names(written):
    """Of names as the suggestions write them, « Dax (commune 40088) », {that: « Dax »}.

    One query at most, whatever their number.
    """
    before = {each: re.sub(r"\s*\([^()]*\)$", "", each) for each in written if each.endswith(")")}
    if not before:
        return {}
    found = Territory.objects.filter(name__in=set(before.values()))
    called = {each.full_label: each.name for each in found.only("name", "kind", "nature", "code")}
    return {each: called[each] for each in before if each in called}


class TerritoriesInput(forms.Widget):
    """As many fields as there are territories, and some more to write others."""

    template_name = "forms/territories_input.html"
    use_fieldset = True
    BLANK = 2

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        names = [*(value or []), *[""] * self.BLANK]
        base = context["widget"]["attrs"]
        base.pop("required", None)
        base.setdefault("maxlength", TerritoriesField.LONGEST)
        context["widget"]["inputs"] = [
            {
                "name": name,
                "type": "text",
                "value": each or None,
                "template_name": "django/forms/widgets/input.html",
                "names": TerritoryInput.names,
                "attrs": {**base, "id": f"{base.get('id', name)}_{n}", "aria-label": f"Lieu {n}"},
            }
            for n, each in enumerate(names, 1)
        ]
        return context

    def id_for_label(self, id_):
        return ""

    def value_from_datadict(self, data, files, name):
        if hasattr(data, "getlist"):
            return data.getlist(name)
        return data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class TerritoriesField(forms.Field):
    """Several territories, each in words: what is ambiguous is asked, what is unknown is kept in
    words, or refused when `is_strict`."""

    widget = TerritoriesInput
    LONGEST, MOST = 150, 30

    def __init__(self, *args, is_strict=False, **kwargs):
        kwargs.setdefault("help_text", "Un par ligne : commune, intercommunalité, département…")
        super().__init__(*args, **kwargs)
        self.is_strict = is_strict

    def prepare_value(self, value):
        """The names of territories, that their keys may stand for, and words as they are."""
        value = list(value or [])
        keys = [each for each in value if isinstance(each, int)]
        named = Territory.objects.in_bulk(keys) if keys else {}
        shown = [named.get(each) if isinstance(each, int) else each for each in value]
        return [getattr(each, "full_label", each) for each in shown if each]

    def clean(self, value):
        names = [" ".join(storable(str(each)).split()) for each in value or []]
        names = list(dict.fromkeys(filter(None, names)))
        if self.required and not names:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(names) > self.MOST or any(len(each) > self.LONGEST for each in names):
            raise ValidationError(
                f"Au plus {self.MOST} lieux, de {self.LONGEST} caractères.", code="too_long"
            )
        found, errors = [], []
        for name in names:
            called = territories_named(name)
            if len(called) == 1:
                found.append(called[0])
            elif called:
                proposed = ", ".join(each.full_label for each in called[:MOST_PROPOSED])
                errors.append(f"« {name} » : lequel ? Écrivez par exemple {proposed}.")
            elif self.is_strict:
                errors.append(f"« {name} » n'est pas reconnu : corrigez-le, ou videz la ligne.")
            else:
                found.append(name)
        if errors:
            raise ValidationError(errors, code="ambiguous")
        return list(dict.fromkeys(found))

    def has_changed(self, initial, data):
        shown = self.prepare_value(initial)
        if sorted(shown) == sorted(filter(None, data or [])):
            return False
        try:
            return set(self.prepare_value(self.clean(data))) != set(shown)
        except ValidationError:
            return True
