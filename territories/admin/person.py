from django.contrib import admin

from coopemploi.admin import ORIGIN, ModelAdmin, StackedInline
from coopemploi.imports.admin import ImportableMixin
from coopemploi.merging.admin import MergeableMixin
from territories.models import Person, Position
from territories.permissions import perimeter_of


class PositionInline(StackedInline):
    model = Position
    fields = [("title", "actor"), "is_elected", ("since", "until"), "source"]


@admin.register(Person)
class PersonAdmin(ImportableMixin, MergeableMixin, ModelAdmin):
    save_on_top = True
    list_display = ["full_name_shown", "positions_shown", "attribution_withdrawn"]
    list_filter = ["attribution_withdrawn"]
    list_prefetch_related = ["positions__actor"]
    choice_rows = {"positions": lambda: Position.objects.select_related("actor")}
    search_fields = ["first_name", "last_name", "known_as"]
    fieldsets = [
        (
            None,
            {
                "fields": [("first_name", "last_name"), "known_as"],
                "description": (
                    "Une personne n'a pas de page publique : son nom paraît là où elle "
                    "est intervenue."
                ),
            },
        ),
        (
            "Coordonnées",
            {
                "fields": [
                    ("email", "email_is_public"),
                    ("phone", "phone_is_public"),
                ],
                "description": (
                    "Jamais montrées sur le site sans l'accord de la personne, case par case."
                ),
            },
        ),
        ("Droits de la personne", {"fields": ["attribution_withdrawn", "user"]}),
        ORIGIN,
    ]
    inlines = [PositionInline]

    def get_readonly_fields(self, request, obj=None):
        """Whose account it is opens what is written to them: said by who sees the accounts."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.has_perm("accounts.view_user") else [*fields, "user"]

    def choice_label(self, obj):
        """With what they do: two people may have one name."""
        positions = self.positions_shown(obj)
        return f"{obj} ({positions})" if positions else str(obj)

    @admin.display(description="nom", ordering="sort_name")
    def full_name_shown(self, person):
        return person.full_name

    @admin.display(description="fonctions")
    def positions_shown(self, person):
        titles = (
            ", ".join(str(part) for part in (position.title, position.actor) if part)
            for position in person.positions.all()
        )
        return " ; ".join(titles)


@admin.register(Position)
class PositionAdmin(ModelAdmin):
    list_display = ["person", "title", "actor", "is_elected"]
    list_filter = ["is_elected"]
    search_fields = [
        "person__first_name",
        "person__last_name",
        "person__known_as",
        "title",
        "actor__name",
    ]
    choice_related = ("person", "actor")
    fields = ["person", "title", "actor", "is_elected", "since", "until", "source"]

    def has_add_permission(self, request):
        """Within a perimeter, functions are written on the page of a person, who lies in it."""
        return super().has_add_permission(request) and perimeter_of(request.user).is_national
