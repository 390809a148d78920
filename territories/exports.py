"""What the lists of actors and networks give to take away."""

from coopemploi.formats.exports import Export, first_point, names


def member_name(membership):
    """A member as the page names it: a name withdrawn takes its actor along."""
    person, actor = membership.person, membership.actor
    if membership.label:
        return membership.label
    if person is None:
        return actor.name
    if actor is None or person.attribution_withdrawn:
        return person.public_name
    return f"{person.public_name}, {actor.name}"


class TerritoryExport(Export):
    name = "territoires"
    title = "Territoires"
    # Nobody publishes a territory: there is nothing to follow.
    formats = ("xlsx", "csv", "json", "geojson")
    columns = {
        "nom": "name",
        "type": "get_kind_display",
        "nature": "get_nature_display",
        "code officiel": "code",
        "autres noms": "aliases",
        "codes postaux": "postal_codes",
        "département": "place",
        "population": "population",
        "description": "description",
    }
    history = {}

    def reference(self, record):
        return record.reference

    def point(self, record):
        return first_point([record])


class ActorExport(Export):
    name = "acteurs"
    title = "Acteurs"
    columns = {
        "nom": "name",
        "type": "get_kind_display",
        "autres noms": "aliases",
        "SIREN": "siren",
        "étape": "stage_label",
        "description": "description",
        "territoires d'action": names("territories"),
        "codes des territoires": lambda record: [
            territory.reference for territory in record.territories.all()
        ],
        "dispositifs": names("schemes"),
        "site web": "website",
    }

    def prepare(self, records):
        return records.select_related("governs")

    def point(self, record):
        """Of the first place where it acts, otherwise of the one it administers."""
        return first_point([*record.territories.all(), record.governs])

    def text(self, record):
        return record.description


class NetworkExport(Export):
    name = "réseaux"
    title = "Réseaux"
    columns = {
        "nom": "name",
        "type": "get_kind_display",
        "autres noms": "aliases",
        "description": "description",
        "territoire": "territory",
        "code du territoire": lambda record: record.territory and record.territory.reference,
        "animation": lambda record: [member_name(member) for member in record.coordinators],
        "membres": lambda record: [member_name(member) for member in record.members],
        "dispositifs": names("schemes"),
        "site web": "website",
    }

    def point(self, record):
        return first_point([record.territory])

    def text(self, record):
        return record.description
