"""Records that go from draft to published."""

from django.contrib import admin

from ..mass_actions import MassAction
from ..permissions import editing_rule
from ..publishing import Publishable
from .model_admin import ModelAdmin

PUBLISH = MassAction(
    name="publish_selection",
    verb="Publier",
    done="publiée",
    entry="Publication.",
    apply=lambda record: record.publish(),
    nothing="Tout était déjà publié.",
)


ARCHIVE = MassAction(
    name="archive_selection",
    verb="Archiver",
    done="archivée",
    entry="Archivage.",
    apply=lambda record: record.archive(),
    nothing="Tout était déjà archivé.",
)


class PublishableAdmin(ModelAdmin):
    """Records that go from draft to published."""

    actions = ["publish_selection", "archive_selection"]
    follow_up = {
        "a-relire": ("à relire", "to_review"),
        "brouillons": ("brouillons de la semaine", "new_drafts"),
    }
    save_on_top = True

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        if obj.is_published and obj.published_at is None:
            obj.publish()

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Who may not publish proposes."""
        if db_field.name == "status" and not editing_rule().can_publish(request.user):
            status = Publishable.Status
            kwargs["choices"] = [
                (each.value, each.label) for each in (status.DRAFT, status.PROPOSED)
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_view_on_site_url(self, obj=None):
        """A draft that has a preview has no public page yet."""
        if obj is not None and not obj.is_published and self.preview_url(obj):
            return None
        return super().get_view_on_site_url(obj)

    def view_on_site_label(self, obj):
        match obj.status:
            case Publishable.Status.PUBLISHED:
                return "Voir sur le site"
            case Publishable.Status.ARCHIVED:
                return "Aperçu de l'archive"
        return "Aperçu du brouillon"

    @admin.action(description="Publier la sélection", permissions=["publish"])
    def publish_selection(self, request, queryset):
        drafts = queryset.exclude(status=Publishable.Status.PUBLISHED)
        return PUBLISH.run(self, request, drafts)

    @admin.action(description="Archiver la sélection", permissions=["publish"])
    def archive_selection(self, request, queryset):
        kept = queryset.exclude(status=Publishable.Status.ARCHIVED)
        return ARCHIVE.run(self, request, kept)
