from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.urls import reverse
from django.utils.html import format_html

from coopemploi.admin import PUBLICATION, PublishableAdmin, StackedInline, TabularInline
from coopemploi.media.forms import DocumentForm, PictureForm
from coopemploi.permissions import editing_rule
from events.models import (
    Action,
    KeyIdea,
    Recap,
    RecapDocument,
    RecapLink,
    RecapPicture,
    RecapSection,
    Verbatim,
)
from territories.permissions import UNPUBLISHED

from .of_an_event import OfAnEventMixin
from .previewing import TypedPreviewMixin


class RecapSectionInline(StackedInline):
    model = RecapSection
    fields = ["title", "body", "order"]


class KeyIdeaInline(TabularInline):
    model = KeyIdea
    fields = ["text", "order"]
    outlived_by = ["verbatims"]
    # A sentence, to read whole while one puts it in order.
    formfield_overrides = {
        **TabularInline.formfield_overrides,
        models.CharField: {"widget": AdminTextareaWidget(attrs={"rows": 2})},
    }


class VerbatimInline(StackedInline):
    model = Verbatim
    fields = [
        "text",
        ("fidelity", "key_idea"),
        ("person", "title"),
        ("actor", "themes"),
        "order",
    ]
    parent_choices = {"key_idea": "recap"}
    classes = ["ordered-by-key_idea"]  # see `order-rows.js`


class RecapPictureInline(StackedInline):
    model = RecapPicture
    form = PictureForm
    fields = ["upload", "alternative", ("caption", "credit"), "order"]


class RecapDocumentInline(StackedInline):
    model = RecapDocument
    form = DocumentForm
    fields = ["title", "upload", "order"]


class RecapLinkInline(TabularInline):
    model = RecapLink
    fields = ["title", "url", "order"]


@admin.register(Recap)
class RecapAdmin(OfAnEventMixin, TypedPreviewMixin, PublishableAdmin):
    list_display = ["event", "date", "status"]
    list_filter = ["status"]
    list_select_related = ["event"]
    search_fields = ["event__title", "standfirst"]
    choice_related = ("event",)
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["event", "standfirst", "contact", "reading_minutes"]}),
        ("Vidéo", {"fields": ["replay_url", "replay_note"]}),
        ("Source", {"classes": ["collapse"], "fields": ["source"]}),
    ]
    inlines = [
        RecapSectionInline,
        KeyIdeaInline,
        VerbatimInline,
        RecapPictureInline,
        RecapDocumentInline,
        RecapLinkInline,
    ]

    @admin.display(description="date de la rencontre", ordering="event__start_latest")
    def date(self, recap):
        return recap.event.start

    def response_add(self, request, obj, *args, **kwargs):
        self._tell_of_drafts(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        self._tell_of_drafts(request, obj)
        return super().response_change(request, obj)

    def _tell_of_drafts(self, request, recap):
        """Its meeting and the actions it tells are published apart: it may not be seen whole."""
        event, actions = recap.event, self.admin_site.get_model_admin(Action)
        if not recap.is_published:
            return
        if not event.is_published:
            said = (
                "Ce compte rendu ne se voit pas encore : sa rencontre n'est pas publiée. "
                '<a href="{}">Ouvrir la rencontre pour la publier</a>.'
            )
            address = reverse("admin:events_event_change", args=[event.pk])
            messages.warning(request, format_html(said, address))
        if not actions.has_change_permission(request):
            return
        unseen = event.actions.filter(status__in=UNPUBLISHED)
        count = editing_rule().editable(unseen, request.user).count()
        if not count:
            return
        said = (
            "{} actions de cette rencontre ne sont pas encore publiées, et ne se voient pas : "
            '<a href="{}">les relire et les publier</a>.'
            if count > 1
            else "{} action de cette rencontre n'est pas encore publiée, et ne se voit pas : "
            '<a href="{}">la relire et la publier</a>.'
        )
        listed = f"?event__exact={event.pk}&status__in={','.join(UNPUBLISHED)}"
        said = format_html(said, count, reverse("admin:events_action_changelist") + listed)
        messages.warning(request, said)

    def preview_url(self, obj):
        return reverse("event_preview", args=[obj.event.slug]) + "#compte-rendu"

    def object_links(self, request, obj):
        return [("La rencontre", reverse("admin:events_event_change", args=[obj.event_id]))]
