"""Model fields every app stands on: partial dates, lines, slugs, rich text."""

import datetime
from urllib.parse import urlsplit

from django import forms
from django.core import exceptions
from django.db import models
from django.db.models.expressions import Func
from django.utils.text import slugify

from .dates import PartialDate
from .search.text import normalise

# PartialDate <-> text column


def encode_partial_date(value):
    """One text: earliest and latest, a mark (? deduced, ! stated), the wording."""
    if not value:
        return ""
    bounds = (bound.isoformat() if bound else "-" * 10 for bound in (value.earliest, value.latest))
    return "/".join(bounds) + ("?" if value.deduced else "!") + value.wording


def decode_partial_date(text):
    if not text:
        return PartialDate()
    earliest, latest = (
        None if bound.startswith("-") else datetime.date.fromisoformat(bound)
        for bound in (text[:10], text[11:21])
    )
    return PartialDate(earliest, latest, text[22:], text[21] == "?")


class PartialDateBound(Func):
    """SQL: the date that stands at `offset` in an encoded partial date, or NULL.

    Immutable on both databases, which `text::date` is not on PostgreSQL.
    """

    arity = 1
    output_field = models.DateField()

    def __init__(self, expression, offset):
        self.offset = offset
        super().__init__(expression)

    def _as(self, compiler, connection, template):
        source, params = compiler.compile(self.source_expressions[0])
        sql = template.format(source=source, n=self.offset, m=self.offset + 5)
        return sql, (*params,) * template.count("{source}")

    def as_sqlite(self, compiler, connection, **context):
        return self._as(
            compiler,
            connection,
            "CASE WHEN substr({source}, {n}, 1) IN ('0', '1', '2', '3', '4', '5', "
            "'6', '7', '8', '9') THEN substr({source}, {n}, 10) END",
        )

    def as_postgresql(self, compiler, connection, **context):
        template = (
            "CASE WHEN substr({source}, {n}, 1) IN ('0', '1', '2', '3', '4', '5', "
            "'6', '7', '8', '9') THEN make_date(substr({source}, {n}, 4)::int, "
            "substr({source}, {m}, 2)::int, substr({source}, {d}, 2)::int) END"
        )
        return self._as(compiler, connection, template.replace("{d}", f"{self.offset + 8}"))


class DateBoundField(models.GeneratedField):
    """A bound of a partial date, kept by the database for filters and sorts."""

    def contribute_to_class(self, cls, name, *args, **kwargs):
        # An inherited partial date brings its own bounds; the copies made from an
        # abstract parent would come second.
        if all(field.name != name for field in cls._meta.local_fields):
            super().contribute_to_class(cls, name, *args, **kwargs)


class PartialDateFormField(forms.CharField):
    default_help_text = (
        "17/10/2019, 10/2019, 2019, fin mars 2021… Entre crochets si vous la déduisez : "
        "[17/10/2019] 17 octobre dernier."
    )

    def to_python(self, value):
        if isinstance(value, PartialDate):
            return value
        try:
            return PartialDate.parse(super().to_python(value))
        except ValueError as error:
            raise exceptions.ValidationError(self.said(error), code="invalid") from error

    def said(self, error):
        return str(error)

    def prepare_value(self, value):
        return value.as_input if isinstance(value, PartialDate) else value

    def has_changed(self, initial, data):
        try:
            return self.to_python(self.prepare_value(initial)) != self.to_python(data)
        except exceptions.ValidationError:
            return True

    def run_validators(self, value):
        super().run_validators(value.wording)


class PartialDateField(models.CharField):
    """A PartialDate in one text column.

    Two generated date columns come with it, `<name>_earliest` and `<name>_latest`,
    for filters, sorts and constraints; Python code reads the value's own bounds.
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 160)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", PartialDate)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, *args, **kwargs):
        super().contribute_to_class(cls, name, *args, **kwargs)
        if cls.__module__ == "__fake__":  # a migration's model lists its own bounds
            return
        for bound, label, offset in (
            ("earliest", "au plus tôt", 1),
            ("latest", "au plus tard", 12),
        ):
            field = DateBoundField(
                verbose_name=f"{self.verbose_name} ({label})",
                expression=PartialDateBound(name, offset=offset),
                output_field=models.DateField(),
                db_persist=True,
            )
            cls.add_to_class(f"{name}_{bound}", field)

    def from_db_value(self, value, expression, connection):
        return decode_partial_date(value)

    def to_python(self, value):
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, datetime.date):
            return PartialDate.day(value)
        try:
            return PartialDate.parse(value or "")
        except ValueError as error:
            raise exceptions.ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value):
        return encode_partial_date(self.to_python(value))

    def value_to_string(self, obj):
        return self.value_from_object(obj).as_input

    def run_validators(self, value):
        super().run_validators(encode_partial_date(value))

    def formfield(self, **kwargs):
        defaults = {
            "form_class": PartialDateFormField,
            "help_text": self.help_text or PartialDateFormField.default_help_text,
            "max_length": 120,
        }
        return super().formfield(**{**defaults, **kwargs})


class SaveCountField(models.PositiveIntegerField):
    """How many times a record was saved since it was made."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": 0, "editable": False, **kwargs})

    def pre_save(self, instance, add):
        count = super().pre_save(instance, add) + (not add)
        setattr(instance, self.attname, count)
        return count


def dates_in_order(start, end, *, name, message="La fin précède le début."):
    """The constraint that the partial date `end` cannot be wholly before `start`."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{end}_latest__isnull": True})
        | models.Q(**{f"{start}_earliest__isnull": True})
        | models.Q(**{f"{end}_latest__gte": models.F(f"{start}_earliest")}),
        name=name,
        violation_error_message=message,
    )


class WebAddressFormField(forms.URLField):
    """« www.example.org » is one, an e-mail is not: « https://ada@example.org » would be valid."""

    def __init__(self, **kwargs):
        super().__init__(**{"assume_scheme": "https", **kwargs})

    def to_python(self, value):
        address = super().to_python(value)
        try:
            is_somebodys = urlsplit(address).username is not None
        except ValueError:  # « https://[] »
            is_somebodys = True
        if is_somebodys:
            raise exceptions.ValidationError(self.error_messages["invalid"], code="invalid")
        return address


class LinesFormField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value):
        if isinstance(value, list):
            return value
        return split_lines(super().to_python(value))

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        return split_lines(self.prepare_value(initial)) != split_lines(data)

    def run_validators(self, value):
        super().run_validators("\n".join(value))


def split_lines(text):
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class LinesField(models.TextField):
    """A list of short texts, one a line."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return split_lines(value)

    def to_python(self, value):
        return list(value) if isinstance(value, (list, tuple)) else split_lines(value)

    def get_prep_value(self, value):
        return "\n".join(self.to_python(value))

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs):
        return super().formfield(
            **{
                "form_class": LinesFormField,
                "help_text": self.help_text or "Un par ligne.",
                **kwargs,
            }
        )


class AutoSlugField(models.SlugField):
    """A public address, made from another field when left blank.

    Unique in its table, or among the records that share the field `within`.
    """

    def __init__(self, *args, populate_from="", within="", **kwargs):
        self.populate_from = populate_from
        self.within = within
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("unique", not within)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"populate_from": self.populate_from, "within": self.within}
        return name, path, args, kwargs

    def pre_save(self, instance, add):
        slug = super().pre_save(instance, add)
        if not slug:
            slug = self._unique_slug(instance)
            setattr(instance, self.attname, slug)
        return slug

    def base_slug(self, instance):
        """The slug of a record, before it is told from others."""
        base = slugify(normalise(str(getattr(instance, self.populate_from))))
        return base[: self.max_length - 8].strip("-") or "sans-nom"

    def _unique_slug(self, instance):
        base = self.base_slug(instance)
        lookup = {f"{self.name}__startswith": base}
        if self.within:
            lookup[self.within] = getattr(instance, self.within)
        others = type(instance)._default_manager.filter(**lookup).exclude(pk=instance.pk)
        return free_slug(base, set(others.values_list(self.name, flat=True)))


def free_slug(base, taken):
    """`base`, or the first of its numbered forms that is not in `taken`."""
    if base not in taken:
        return base
    return next(
        slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken
    )


class NormalisedField(models.TextField):
    """Other fields of the same record, normalised for sorting and matching.

    Each text stands after a space, so that " word" finds words by their beginning.
    """

    def __init__(self, *args, populate_from=(), **kwargs):
        self.populate_from = populate_from
        kwargs |= {"editable": False, "default": ""}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "populate_from": self.populate_from}

    def pre_save(self, instance, add):
        texts = []
        for source in self.populate_from:
            value = getattr(instance, source)
            texts += value if isinstance(value, list) else [str(value)]
        normalised = "".join(f" {normalise(text)}" for text in texts if text)
        setattr(instance, self.attname, normalised)
        return normalised


def computed_with(model, names):
    """The names of the fields that saving the fields `names` of a record computes too."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, SaveCountField)
        or getattr(field, "auto_now", False)
        or (isinstance(field, NormalisedField) and names & set(field.populate_from))
    }


class ProseField(models.TextField):
    """Text of several paragraphs, written in Markdown, shown by the `prose` filter."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(
            **{
                "help_text": self.help_text
                or "Une ligne vide sépare deux paragraphes ; un tiret commence une puce.",
                **kwargs,
            }
        )
