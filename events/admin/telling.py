"""What those who registered are told when their event changes, in the admin."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count

from events import registrations, reminders
from events.models import Event, Registration


class TellingMixin:
    """Says to who writes an event what mail will say of it; gives the seats that come free."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            self._give_seats(request, form.instance)
            self._announce_news(request, form.instance)

    def brought_back(self, request, record):
        super().brought_back(request, record)
        self._give_seats(request, record)

    def _announce_news(self, request, event):
        """So that nobody writes it to them too, and that a slip is set right in time."""
        if count := reminders.awaiting_news(event):
            who = (
                f"{count} personnes inscrites l'apprendront"
                if count > 1
                else "1 personne inscrite l'apprendra"
            )
            messages.info(request, f"{who} par courriel, d'ici une demi-heure.")

    def _give_seats(self, request, event):
        if filled := registrations.refill(event):
            s = "s" if filled > 1 else ""
            said = f"{filled} personne{s} de la liste d'attente inscrite{s}, et prévenue{s}."
            messages.success(request, said)

    def delete_model(self, request, obj):
        self._call_off(request, [obj])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        self._call_off(request, queryset.order_by("pk"))
        super().delete_queryset(request, queryset)

    def _call_off(self, request, events):
        counts = list(filter(None, (reminders.call_off(event) for event in events)))
        if told := sum(counts):
            s = "s" if told > 1 else ""
            what = "les rencontres n'auront" if len(counts) > 1 else "la rencontre n'aura"
            messages.success(request, f"{told} personne{s} prévenue{s} que {what} pas lieu.")

    def get_deleted_objects(self, objs, request):
        """Also called by the pages that ask: they say who awaits what would be deleted."""
        if request.POST.get("post") is None:
            self._warn_of_registered(request, objs)
        return super().get_deleted_objects(objs, request)

    def _warn_of_registered(self, request, events):
        to_come = [
            event
            for event in events
            if not event.has_ended() and self.has_delete_permission(request, event)
        ]
        # Who was told that it is cancelled comes no more.
        untold = Registration.objects.active().exclude(told_state=Event.State.CANCELLED)
        counted = untold.filter(event__in=to_come).values_list("event").annotate(Count("pk"))
        counts = dict(counted.order_by())
        for event in to_come:
            if count := counts.get(event.pk):
                who = (
                    f"{count} personnes sont inscrites" if count > 1 else "1 personne est inscrite"
                )
                told = "Personne n'en sera prévenu : elle n'a jamais été publiée"
                if event.was_shown:
                    told = "Un courriel dira qu'elle n'aura pas lieu à qui a donné une adresse"
                said = (
                    f"{who} à « {event} ». {told}. La corbeille ne rend pas les inscriptions : "
                    "pour garder sa page, donnez-lui plutôt la tenue « annulée », un courriel le "
                    "dira aussi."
                )
                messages.warning(request, said)
