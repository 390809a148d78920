"""Where the errors of a long sheet are: named above it, and in no part left folded."""

from django.contrib.admin.utils import flatten
from django.forms.forms import NON_FIELD_ERRORS
from django.utils.text import capfirst

from .names import COLON_SPACE


def unfold(admin_form):
    """Open the parts that hold an error: Django does not look for it in lines of several fields."""
    wrong = admin_form.form.errors.keys()
    admin_form.fieldsets = [
        (name, _opened(options) if wrong & set(flatten(options["fields"])) else options)
        for name, options in admin_form.fieldsets
    ]


def _opened(options):
    classes = [each for each in options.get("classes", ()) if each != "collapse"]
    return {**options, "classes": classes}


def places_of_errors(admin_form, inline_formsets):
    """(name, id in the page) of each field to correct, rows included."""
    places = list(_fields_of(admin_form.form, ""))
    for inline in inline_formsets:
        rows = inline.opts.verbose_name.removesuffix(COLON_SPACE)
        if inline.formset.non_form_errors():
            name = capfirst(inline.opts.verbose_name_plural)
            places.append((name, f"{inline.formset.prefix}-group"))
        for number, form in enumerate(inline.formset.forms):
            if inline.formset.can_delete and inline.formset._should_delete_form(form):
                continue  # its errors stop nothing
            name = f"{capfirst(rows)} {number + 1}"
            if form.non_field_errors():
                places.append((name, f"{inline.formset.prefix}-{number}"))
            places += _fields_of(form, f"{name}{COLON_SPACE}: ")
    return places


def _fields_of(form, start):
    for name in form.errors:
        if name == NON_FIELD_ERRORS:
            continue
        field = form[name]
        yield f"{start}{field.label}", field.id_for_label or f"{field.auto_id}_0"
