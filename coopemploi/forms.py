"""How every form is drawn, set once.

Inputs, lists and labels are written here rather than by Django's templates, whose result is the
same: a sheet of the admin has hundreds. See `docs/performance.md`.
"""

from html import escape

from django.forms.renderers import TemplatesSetting
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

WIDGETS = "django/forms/widgets"
OPTION = f"{WIDGETS}/select_option.html"


class FormRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name, context, request=None):
        write = WRITTEN.get(template_name)
        written = write(context) if write else None
        if written is None:
            return super().render(template_name, context, request)
        return SafeString(written)


def label(context):
    said = conditional_escape(localize(context["label"]))
    if not context["use_tag"]:
        return said
    tag = context["tag"]
    return f"<{tag}{attributes(context['attrs'] or {})}>{said}</{tag}>"


def field(context):
    """An <input> of any type."""
    widget = context["widget"]
    value = widget["value"]
    given = "" if value is None else f' value="{plain(value)}"'
    name = conditional_escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{given}{attributes(widget["attrs"])}>'


def select(context):
    """A <select>; None when its options are drawn in a way of theirs."""
    widget = context["widget"]
    parts = [f'<select name="{conditional_escape(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        for option in options:
            if option["template_name"] != OPTION:
                return None
            said = conditional_escape(localize(option["label"]))
            given = f'"{plain(option["value"])}"{attributes(option["attrs"])}'
            parts.append(f"\n  <option value={given}>{said}</option>")
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def attributes(attrs):
    """` id="a" required`: those that are True alone, those that are False not at all."""
    return "".join(
        f" {name}" if value is True else f' {name}="{plain(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def plain(value):
    """A value as an attribute holds it: numbers as they are typed, not as they are read."""
    return value if isinstance(value, SafeString) else escape(str(value))


INPUTS = (
    *("checkbox", "color", "date", "datetime", "email", "file", "hidden", "input", "number"),
    *("password", "search", "tel", "text", "time", "url"),
)
WRITTEN = {
    "django/forms/label.html": label,
    f"{WIDGETS}/select.html": select,
    **{f"{WIDGETS}/{name}.html": field for name in INPUTS},
}
