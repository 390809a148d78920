"""Forms are drawn as Django's templates would draw them."""

import datetime

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from coopemploi.forms import WRITTEN, FormRenderer

TEXT = """<b>l'« été » & "fils"</b>"""
CHOICES = [
    ("", "–"),
    (1234567, 7654321),
    (TEXT, TEXT),
    ("Groupe <1>", [(True, mark_safe("<b>oui</b>")), (None, "rien")]),
]
DAY = datetime.date(2026, 11, 29)
ATTRS = {
    "data-text": TEXT,
    "data-safe": mark_safe("&eacute;"),
    "required": True,
    "hidden": False,
    "data-none": None,
    "maxlength": 1234567,
    "data-decimal": 1.5,
}
VALUES = [None, "", 0, 1234567, 1.5, TEXT, mark_safe("&eacute;"), True, ["1", TEXT], DAY]
WIDGETS = [
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput),
    *(forms.SearchInput, forms.HiddenInput, forms.CheckboxInput, forms.ColorInput, forms.TelInput),
    *(forms.FileInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput),
    *(lambda **kwargs: forms.PasswordInput(render_value=True, **kwargs),),
    *(lambda **kwargs: forms.Select(choices=CHOICES, **kwargs),),
    *(lambda **kwargs: forms.SelectMultiple(choices=CHOICES, **kwargs),),
    forms.NullBooleanSelect,
    *(lambda **kwargs: forms.RadioSelect(choices=CHOICES, **kwargs),),
    *(lambda **kwargs: forms.CheckboxSelectMultiple(choices=CHOICES, **kwargs),),
]


def lines(drawn):
    """Django leaves empty lines between options."""
    return [line for line in drawn.split("\n") if line.strip()]


@pytest.mark.parametrize("make", WIDGETS)
def test_widgets_are_those_of_django(make):
    # Django's own list of yes and no takes no list of values.
    values = VALUES if make is not forms.NullBooleanSelect else [None, True, "false", "unknown"]
    for value in values:
        for attrs in ({}, ATTRS):
            drawn, expected = (
                make(attrs=attrs).render('nom"', value, {"id": "id_nom"}, renderer=renderer)
                for renderer in (FormRenderer(), TemplatesSetting())
            )
            assert lines(drawn) == lines(expected)
            assert type(drawn) is type(expected)


@pytest.mark.parametrize("auto_id", ["id_%s", False])
def test_labels_are_those_of_django(auto_id):
    class Form(forms.Form):
        plain = forms.CharField(label=TEXT)
        choice = forms.ChoiceField(label=mark_safe("<b>Choix</b>"), widget=forms.RadioSelect)
        check = forms.BooleanField()

    drawn, expected = (
        [
            str(tag(**arguments))
            for field in Form(auto_id=auto_id, renderer=renderer)
            for tag in (field.label_tag, field.legend_tag)
            for arguments in ({}, {"attrs": ATTRS}, {"contents": TEXT}, {"label_suffix": " <"})
        ]
        for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert drawn == expected


def test_options_drawn_their_own_way_are_left_to_their_template():
    class Options(forms.Select):
        option_template_name = "django/forms/widgets/input_option.html"

    made = [
        Options(choices=[("a", "A")]).render("nom", "a", renderer=renderer)
        for renderer in (FormRenderer(), TemplatesSetting())
    ]
    assert lines(made[0]) == lines(made[1])


def test_every_template_written_here_exists_in_django():
    renderer = TemplatesSetting()
    for name in WRITTEN:
        renderer.get_template(name)
