"""The actors that a published event names, and that its page leaves out."""

from django.contrib import messages
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from coopemploi.permissions import editing_rule
from territories.models import Actor
from territories.permissions import UNPUBLISHED


class UnpublishedActorsMixin:
    """Says which actors of an event saved are drafts: those made from its form are."""

    def response_add(self, request, obj, *args, **kwargs):
        self._tell_of_drafts(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        self._tell_of_drafts(request, obj)
        return super().response_change(request, obj)

    def _tell_of_drafts(self, request, event):
        actors = self.admin_site.get_model_admin(Actor)
        if not (
            event.is_published
            and actors.has_change_permission(request)
            and editing_rule().can_publish(request.user)
        ):
            return
        named = (
            Q(pk__in=event.parties.values("actor"))
            | Q(pk__in=event.attendances.values("actor"))
            | Q(pk__in=event.appearances.values("actors"))
        )
        unseen = Actor.objects.filter(named, status__in=UNPUBLISHED)
        keys = sorted(editing_rule().editable(unseen, request.user).values_list("pk", flat=True))
        if not keys:
            return
        said = (
            "{} acteurs de cette rencontre ne sont pas publiés, et ne se voient pas : "
            '<a href="{}">les relire et les publier</a>.'
            if len(keys) > 1
            else "{} acteur de cette rencontre n'est pas publié, et ne se voit pas : "
            '<a href="{}">le relire et le publier</a>.'
        )
        listed = f"?id__in={','.join(map(str, keys))}"
        address = reverse("admin:territories_actor_changelist") + listed
        messages.warning(request, format_html(said, len(keys), address))
