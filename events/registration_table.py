"""The registrations of an event as a table, for whoever prepares it."""

from django.utils import timezone

from coopemploi.dates import moment_label
from coopemploi.formats.printable import printable


class RegistrationTable:
    """CSV and XLSX: see `coopemploi.formats.tables`."""

    title = "Inscriptions"
    all_columns = (
        "nom",
        "structure",
        "territoire",
        "inscription",
        "présence",
        "adresse e-mail",
        "besoins particuliers",
        "reçue le",
    )

    def __init__(self, event, registrations):
        self.event = event
        self.registrations = registrations
        self.generated_at = timezone.localtime()

    def file_name(self, extension):
        return f"inscriptions-{self.event.slug}.{extension}"

    def stream(self):
        return self.registrations

    @property
    def about(self):
        """What the file says of itself, on its second sheet."""
        return [
            ("Rencontre", self.event.title),
            ("Extrait le", moment_label(self.generated_at)),
            ("Attention", "Données personnelles : à ne pas publier, à effacer ensuite."),
        ]

    def row(self, registration):
        values = (
            registration.name,
            registration.organisation_name,
            registration.place_name,
            registration.get_status_display(),
            registration.get_presence_display(),
            registration.email,
            registration.access_needs,
            f"{timezone.localtime(registration.created_at):%d/%m/%Y %H:%M}",
        )
        return {
            column: printable(value) for column, value in zip(self.all_columns, values, strict=True)
        }
