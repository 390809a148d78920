"""Records named in words, where no script searches the list that one chooses them from."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import capfirst

from ..formats.schema import schema_of
from ..imports.lookups import lookup_for, lookups

SUFFIX = "_ecrit"  # of the field beside a list
MARK = "="  # before what was written, among the keys that a list sends: none begins so
LONGEST = 2000
FIELD = (
    '<noscript><label class="written-choice"><span class="visually-hidden">{}&nbsp;: </span>{} '
    '<input type="text" name="{}" value="{}" maxlength="{}"></label></noscript>'
)


def with_written(post):
    """The data of a form, what was written beside a list among the keys that it sends."""
    written = {name: text for name, text in post.items() if name.endswith(SUFFIX)}
    if not written:
        return post
    data = post.copy()
    for name, text in written.items():
        del data[name]
        if text.strip():
            data.appendlist(name.removesuffix(SUFFIX), MARK + text.strip())
    return data


class WrittenSelect:
    """A list of records and, for browsers without JavaScript, a field to name them in."""

    def render(self, name, value, attrs=None, renderer=None):
        drawn = super().render(name, value, attrs, renderer)
        model = self.field.related_model
        if not (model in lookups or schema_of(model).slug):
            return drawn
        if self.allow_multiple_selected:
            said = "ou écrire des noms, des codes ou des réf, séparés par « ; »"
        else:
            said = "ou écrire le nom, le code ou la réf"
        written = [key.removeprefix(MARK) for key in self.format_value(value) if key[:1] == MARK]
        label = capfirst(self.field.verbose_name)
        return drawn + format_html(FIELD, label, said, name + SUFFIX, " ; ".join(written), LONGEST)


class WrittenChoice:
    """A field of records that finds those named in words: the rules are those of imports."""

    def _keys_of(self, values):
        text = forms.CharField(max_length=LONGEST)
        names = {each: text.clean(each[1:]) for each in values if str(each)[:1] == MARK}
        if not names:
            return values
        model = self.queryset.model
        lookup = lookup_for(model)(model, self.queryset)
        lookup.prepare(set(names.values()))
        keys, errors = [], []
        for value in values:
            try:
                keys.append(lookup.find(names[value]) if value in names else value)
            except ValueError as error:
                errors.append(ValidationError(capfirst(str(error)), code="unknown"))
        if errors:
            raise ValidationError(errors)
        return keys


class RelatedChoiceField(WrittenChoice, forms.ModelChoiceField):
    def clean(self, value):
        [key] = self._keys_of([value])
        return super().clean(key)


class RelatedField(WrittenChoice, forms.ModelMultipleChoiceField):
    """Records chosen by their keys; a number that no column holds is the key of none."""

    def clean(self, value):
        try:
            return super().clean(self._keys_of([*self._each_of(value)]))
        except OverflowError as error:
            raise ValidationError("Choisissez parmi ce qui est proposé.", "unknown") from error

    def _each_of(self, value):
        for each in value or ():
            if str(each)[:1] == MARK:
                names = map(str.strip, each[1:].split(";"))
                yield from (MARK + name for name in names if name)
            else:
                yield each
