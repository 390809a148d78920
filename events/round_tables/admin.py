"""What lets an event receive a tour de table in the admin."""

from functools import partial

from django.urls import path, reverse

from . import sorting_views, views


class RoundTableMixin:
    def get_urls(self):
        def route(rest, name, view):
            wrapped = self.admin_site.admin_view(partial(view, model_admin=self))
            address = f"<int:event_pk>/tour-de-table/{rest}"
            return path(address, wrapped, name=f"events_event_round_table{name}")

        batch = "<int:batch_pk>/"
        draft = f"{batch}contribution/<int:draft_pk>/"
        return [
            route("", "", views.receive),
            route("trier/", "_sort", sorting_views.sort),
            route("ouvrir/", "_open", views.open_form),
            route(batch, "_review", views.review),
            route(f"{batch}fermer/", "_close", views.close_form),
            route(f"{batch}ajouter/", "_add", views.add),
            route(f"{batch}enregistrer/", "_write", views.write),
            route(f"{batch}retirer/", "_take_back", views.take_back),
            route(f"{batch}abandonner/", "_discard", views.discard),
            route(draft, "_edit", views.edit),
            route(f"{draft}separer/", "_move", views.move),
            route(f"{draft}reunir/", "_join", views.join),
            route(f"{draft}ecarter/", "_leave_out", views.leave_out),
            *super().get_urls(),
        ]

    def round_table_links(self, event):
        return [
            (label, reverse(f"admin:events_event_round_table{name}", args=[event.pk]))
            for label, name in (
                ("Recevoir un tour de table", ""),
                ("Trier le tour de table", "_sort"),
            )
        ]
