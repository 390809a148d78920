from django import forms

from ..formats.tables import ABOUT_SHEET
from .mapping import letter
from .readers import MOST_BYTES, UnreadableFileError, read_rows, sheet_names
from .writers import HELP_SHEET

SHOWN_VALUES = 3
SHOWN_LENGTH = 60
OUR_SHEETS = (HELP_SHEET, ABOUT_SHEET)  # of the files we make, beside the records


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Votre fichier",
        help_text="CSV, XLSX ou ODS ; 10 Mo et 10 000 lignes au plus.",
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods"}),
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Ce fichier est vide.",
            "max_length": "Le nom de ce fichier est trop long : 200 caractères au plus.",
        },
    )

    # Asked of a workbook of which several sheets say something.
    sheet = forms.CharField(
        label="Feuille à lire", required=False, max_length=200, widget=forms.HiddenInput
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("Ce fichier dépasse 10 Mo : coupez-le en plusieurs.")
        return file

    def clean(self):
        file, sheet = self.cleaned_data.get("file"), self.cleaned_data.get("sheet")
        if self.errors or file is None:
            return
        content = file.read()
        try:
            names = [name for name in sheet_names(content) if name not in OUR_SHEETS]
            if len(names) > 1 and not sheet:
                self._ask_sheet(names)
            else:
                self.cleaned_data["rows"] = read_rows(content, sheet)
        except UnreadableFileError as error:
            self.add_error("file", str(error))

    def _ask_sheet(self, names):
        """A browser gives no file twice of itself: it is to be sent again."""
        self.fields["sheet"].widget = forms.RadioSelect(choices=[(name, name) for name in names])
        self.add_error(
            "sheet",
            f"Ce classeur a {len(names)} feuilles : choisissez celle à lire, puis choisissez de "
            "nouveau le fichier.",
        )


class MappingForm(forms.Form):
    """One choice per column of the file: which of ours it is."""

    def __init__(self, *args, batch, columns, importation, **kwargs):
        super().__init__(*args, **kwargs)
        self.importation = importation
        self.read_together = importation.read_together
        self.columns = {column.name: column for column in columns}
        choices = [("", "Ne pas lire"), ("slug", "réf")]
        self.compounds = importation.compounds_of(columns)
        around = importation.surroundings_of(columns)
        choices += [(each.name, each.label) for each in (*self.compounds, *columns, *around)]
        rows, newly_proposed = batch.table["rows"], batch.newly_proposed()
        for position, header in enumerate(batch.table["headers"]):
            values = [cells[position] for _, cells in rows if position < len(cells)]
            examples = [text for text in dict.fromkeys(values) if text][:SHOWN_VALUES]
            if not header and not examples:
                continue
            field = forms.ChoiceField(
                label=header or f"Colonne {letter(position)}",
                choices=choices,
                required=False,
                initial=batch.mapping[position],
            )
            field.is_new = position in newly_proposed
            field.examples = [_shortened(text) for text in examples]
            self.fields[f"column_{position}"] = field
        said = importation.spelt_out(batch.mapping)
        self.tells_places_apart = any(each.name in batch.mapping for each in around)
        # Of new records: those that a réf tells have theirs.
        self.missing = [
            column for column in columns if column.is_required and column.name not in said
        ]

    def clean(self):
        seen = {}
        for key, name in list(self.cleaned_data.items()):
            if name in seen and name not in self.read_together:
                other = self.fields[seen[name]].label
                self.add_error(key, f"La colonne « {other} » est déjà lue ainsi.")
            elif name:
                seen[name] = key
        for compound in self.compounds:
            self._refuse_beside(compound, seen)
        naming = self.importation.naming
        said = self.importation.spelt_out(seen)
        if not ({"slug", *naming} & said) and not self.errors:
            labels = " », « ".join(self.columns[name].label for name in naming)
            raise forms.ValidationError(
                f"Dites quelle colonne est « {labels} », ou « réf » : sans elles, on ne sait pas "
                "de quelle fiche parle une ligne."
            )

    def _refuse_beside(self, compound, seen):
        """What it says cannot have a column of its own too."""
        for name in compound.parts if compound.name in seen else ():
            if name in seen:
                label = self.columns[name].label
                other = self.fields[seen[compound.name]].label
                self.add_error(seen[name], f"La colonne « {other} » dit déjà « {label} ».")

    def mapping(self, size):
        """The name of our column for each column of the file, "" for those not read."""
        return [self.cleaned_data.get(f"column_{position}", "") for position in range(size)]


def _shortened(text):
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"
