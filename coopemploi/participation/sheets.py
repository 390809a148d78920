"""The sheets that one may propose: what they say in words, in choices, in places and in rows."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from initiatives.models import Initiative, InitiativeLink, Step
from territories.forms import TerritoriesField
from territories.models import Territory

from ..dates import PartialDate
from ..fields import PartialDateField, PartialDateFormField, ProseField, WebAddressFormField
from ..vocabulary.models import VOCABULARIES
from .models import Proposal
from .permissions import MODELS

EXCHANGE = ("text", "details", "kind", "territories", *VOCABULARIES, "stated_on")
FIELDS = {
    Proposal.Kind.INITIATIVE: (
        "title",
        "summary",
        "stage",
        "level",
        "territories",
        "body",
        *VOCABULARIES,
        "worked",
        "did_not_work",
        "how_overcome",
        "how_to_redo",
    ),
    Proposal.Kind.NEED: EXCHANGE,
    Proposal.Kind.OFFER: EXCHANGE,
    Proposal.Kind.RESOURCE: ("kind", "title", "summary", "url", "dated", *VOCABULARIES),
    Proposal.Kind.ACTOR: ("kind", "aliases", "description", "website", "territories", "schemes"),
}
# What the model's words do not say to whoever has never seen a sheet.
LABELS = {
    Proposal.Kind.NEED: {"text": "Besoin, en une phrase"},
    Proposal.Kind.OFFER: {"text": "Offre, en une phrase"},
}
HELP_TEXTS = {
    Proposal.Kind.NEED: {"text": "Par exemple : un modèle de charte entre employeurs."},
    Proposal.Kind.OFFER: {"text": "Par exemple : notre règlement d'un fonds d'aide aux permis."},
}
# What a form asks first; then, folded, what classifies a sheet, and all the rest.
FIRST = {"title", "text", "summary", "description", "kind", "stage", "level", "territories"}
FIRST |= {"url", "website"}
# What a sheet holds as rows of its own: relation → model, and the columns that one fills.
ROWS = {
    Initiative: {
        "steps": (Step, ("date", "label")),
        "links": (InitiativeLink, ("kind", "title", "url")),
    }
}


def plain(value):
    """A value of a sheet as JSON keeps it: keys of records, dates and texts as they are written."""
    match value:
        case PartialDate():
            return value.as_input
        case models.Model():
            return value.pk
        case list() | models.QuerySet():
            return [plain(each) for each in value]
        case str() | dict():
            return value
    return str(value or "")


class LinesOfText(forms.CharField):
    """A text of several lines; browsers end each with two characters, and change nothing so."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class FoldedChoices(forms.CheckboxSelectMultiple):
    """Boxes to tick, folded under how many they are and those that are ticked."""

    template_name = "forms/folded_choices.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        groups = [options for _, options, _ in context["widget"]["optgroups"]]
        options = [option for group in groups for option in group]
        chosen = [option["label"] for option in options if option["selected"]]
        context["widget"] |= {"options": options, "chosen": chosen}
        return context


class RowsInput(forms.Widget):
    """A form for each row, and some more to fill; a row that is emptied is taken away."""

    template_name = "forms/rows_input.html"
    use_fieldset = True
    BLANK, MOST = 2, 40

    def __init__(self, row_form, noun):
        super().__init__()
        self.row_form, self.noun = row_form, noun
        fields = row_form.base_fields
        self.columns = list(fields)
        self.written = [
            name for name, each in fields.items() if not isinstance(each, forms.ChoiceField)
        ]

    def _row(self, name, n, **kwargs):
        return self.row_form(prefix=f"{name}-{n}", use_required_attribute=False, **kwargs)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        rows = []
        for n, each in enumerate([*(value or []), *[{}] * self.BLANK]):
            is_sent = isinstance(each, forms.ModelForm)
            rows.append(each if is_sent else self._row(name, n, initial=each))
        numbered = [(f"{self.noun} {n}", row) for n, row in enumerate(rows, 1)]
        context["widget"] |= {"rows": numbered, "total": len(rows)}
        return context

    def id_for_label(self, id_):
        return ""

    def value_omitted_from_data(self, data, files, name):
        return f"{name}-total" not in data

    def value_from_datadict(self, data, files, name):
        total = str(data.get(f"{name}-total", ""))
        total = min(int(total), self.MOST) if total.isdecimal() and len(total) < 4 else 0
        sent = [
            {column: data.get(f"{name}-{n}-{column}", "") for column in self.columns}
            for n in range(total)
        ]
        kept = [row for row in sent if any(row[column].strip() for column in self.written)]
        return [
            self._row(name, n, data={f"{name}-{n}-{key}": text for key, text in row.items()})
            for n, row in enumerate(kept)
        ]


class RowsField(forms.Field):
    def __init__(self, model, columns):
        row_form = forms.modelform_factory(model, fields=columns, formfield_callback=formfield)
        opts, said = model._meta, []
        for each in row_form.base_fields.values():  # once for all the rows
            said, each.help_text = [*said, each.help_text] if each.help_text else said, ""
        super().__init__(
            label=opts.verbose_name_plural.capitalize(),
            required=False,
            widget=RowsInput(row_form, opts.verbose_name.capitalize()),
            help_text=" ".join([*said, "Pour retirer une ligne, videz-la."]),
        )
        self.columns = columns

    def clean(self, rows):
        if not all(row.is_valid() for row in rows or []):
            raise ValidationError("Il reste une ligne à corriger.", code="invalid")
        return [
            {name: plain(row.cleaned_data[name]) for name in self.columns} for row in rows or []
        ]

    def has_changed(self, initial, rows):
        try:
            return self.clean(rows) != (initial or [])
        except ValidationError:
            return True

    def rows_of(self, related):
        return [{name: plain(getattr(row, name)) for name in self.columns} for row in related.all()]

    def in_words(self, row):
        labels = self.widget.row_form.base_fields
        return " · ".join(
            str(dict(getattr(labels[name], "choices", ())).get(row.get(name), row.get(name)))
            for name in self.columns
            if row.get(name)
        )


class PlainDateField(PartialDateFormField):
    """A date, without the brackets that the team writes around what it supplies."""

    def said(self, error):
        return getattr(error, "plain", str(error))


def formfield(field, **kwargs):
    if isinstance(field, models.URLField):
        kwargs["form_class"] = WebAddressFormField
    if type(field) is models.TextField or isinstance(field, ProseField):
        kwargs |= {"form_class": LinesOfText, "widget": forms.Textarea(attrs={"rows": 4})}
    if isinstance(field, PartialDateField):
        kwargs |= {
            "form_class": PlainDateField,
            "help_text": "17/10/2019, 10/2019, 2019, fin mars 2021…",
        }
    if field.many_to_many and field.related_model is Territory:
        return TerritoriesField(label=field.verbose_name.capitalize(), required=False)
    if field.many_to_many:
        return field.formfield(widget=FoldedChoices, help_text="")
    made = field.formfield(**kwargs)
    if field.choices and (choices := list(made.choices)) and not choices[0][0]:
        made.choices = [("", "Non précisé" if field.blank else "Choisir…"), *choices[1:]]
    return made


class SheetForm(forms.ModelForm):
    def __init__(self, *args, is_reviewed=False, **kwargs):
        """`is_reviewed` by whoever publishes it: each place must then be known."""
        super().__init__(*args, **kwargs)
        self.rows = ROWS.get(self._meta.model, {})
        for name, (model, columns) in self.rows.items():
            self.fields[name] = RowsField(model, columns)
            if self.instance.pk:
                held = self.fields[name].rows_of(getattr(self.instance, name))
                self.initial.setdefault(name, held)
        if "territories" in self.fields:
            self.fields["territories"].is_strict = is_reviewed

    def has_changed(self):
        return self.is_bound and super().has_changed()

    @property
    def required_labels(self):
        return [field.label.lower() for field in self if field.field.required]

    @property
    def first(self):
        return [field for field in self if field.name in FIRST]

    @property
    def folded(self):
        """[(title, fields, whether something in them is wrong)] of the rest of the sheet."""
        parts = [
            ("Classer", [field for field in self if field.name in VOCABULARIES]),
            ("En dire plus", [f for f in self if f.name not in {*FIRST, *VOCABULARIES}]),
        ]
        return [
            {
                "title": f"{title} : {', '.join(each.label.lower() for each in fields)}",
                "fields": fields,
                "is_open": any(each.errors for each in fields),
            }
            for title, fields in parts
            if fields
        ]

    def keep_only(self, names):
        for name in set(self.fields) - set(names):
            del self.fields[name]

    def stored(self):
        """What the sheet would say, as JSON keeps it."""
        return {name: plain(self.cleaned_data[name]) for name in self.fields}

    def said(self):
        """What the sheet says today, as JSON keeps it."""
        return {name: plain(self.initial.get(name)) for name in self.fields}

    def in_words(self, name, value):
        """A stored value, as people read it."""
        field = self.fields[name]
        match field:
            case RowsField():
                lines = [field.in_words(row) for row in value or []]
            case TerritoriesField():
                lines = field.prepare_value(value)
            case forms.ModelMultipleChoiceField():
                lines = [str(term) for term in field.queryset.filter(pk__in=value or [])]
            case forms.ChoiceField():
                lines = [dict(field.choices).get(value, value)]
            case _:
                lines = value if isinstance(value, list) else [value]
        return "\n".join(str(line) for line in lines if line)

    def places(self):
        """The territories that the sheet would name, recognised."""
        named = self.cleaned_data.get("territories", [])
        return [place for place in named if isinstance(place, Territory)]

    def _save_m2m(self):
        super()._save_m2m()
        for name in self.rows:
            if name in self.cleaned_data:
                self._write_rows(getattr(self.instance, name), self.cleaned_data[name])

    def _write_rows(self, related, rows):
        """Rows that say the same stay; the others come or go."""
        held = list(related.all())
        for order, row in enumerate(rows, 1):
            same = [each for each in held if self._says(each, row)]
            record = same[0] if same else related.model(**{related.field.name: self.instance})
            if same:
                held.remove(record)
            for name, value in {**row, "order": order}.items():
                setattr(record, name, related.model._meta.get_field(name).to_python(value))
            record.save()
        for record in held:
            record.delete()

    def _says(self, record, row):
        return all(plain(getattr(record, name)) == value for name, value in row.items())


def sheet_form(kind):
    """The class of the form of a kind of sheet."""
    return forms.modelform_factory(
        MODELS[kind],
        form=SheetForm,
        fields=FIELDS[kind],
        formfield_callback=formfield,
        labels=LABELS.get(kind),
        help_texts=HELP_TEXTS.get(kind),
    )


def words_of(proposal):
    """{label: text} of what a proposal would have a sheet say."""
    if proposal.kind not in FIELDS:
        return {}
    form = sheet_form(proposal.kind)()
    return {
        form.fields[name].label: form.in_words(name, value)
        for name, value in proposal.values.items()
        if name in form.fields
    }
