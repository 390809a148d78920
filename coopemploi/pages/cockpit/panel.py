"""What a panel of the cockpit is: a figure, the records behind it, the lists that show them."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model, QuerySet
from django.urls import reverse

from ...admin import FollowUpFilter
from ...figures import format_number
from ...permissions import editing_rule

ROWS = 5


def editable(queryset, user):
    """What of `queryset` lies in the perimeter of `user`."""
    return editing_rule().editable(queryset, user)


def admin_url(model, page, *args):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=[quote(arg) for arg in args])


@dataclass(frozen=True)
class FollowUp:
    """One value of the follow-up filter of a model."""

    model: type[Model]
    value: str
    label: str = ""

    @property
    def model_admin(self):
        return admin.site.get_model_admin(self.model)

    @property
    def url(self):
        query = urlencode({FollowUpFilter.parameter_name: self.value})
        return f"{admin_url(self.model, 'changelist')}?{query}"

    def is_visible(self, request):
        return self.model_admin.has_view_permission(request)

    def queryset(self, request):
        records = editable(self.model_admin.get_queryset(request), request.user)
        _, method = self.model_admin.follow_up[self.value]
        return getattr(records, method)()


@dataclass(frozen=True)
class Duplicates(FollowUp):
    """The likely duplicates of a model: counted in pairs, on a page of their own."""

    value: str = "doublons"

    @property
    def url(self):
        return admin_url(self.model, "duplicates")

    def is_visible(self, request):
        return self.model_admin.has_change_permission(request)

    def queryset(self, request):
        return self.model_admin.likely_duplicates(request)


@dataclass(frozen=True)
class Panel:
    """A figure, the first records behind it, and the lists that show them all.

    Without a `head`, the figure is the sum of the `details`.
    """

    key: str
    title: str
    hint: str
    head: FollowUp | None = None
    details: tuple = ()
    # The records to show first, with what their notes read.
    first: Callable[[QuerySet], QuerySet] | None = None
    note: Callable[[Model], str] | None = None
    # Where a record is dealt with; its own sheet when None.
    address: Callable | None = None

    def follow_ups(self, request):
        """The parts of the panel that the user may see, its head first."""
        parts = [self.head] if self.head else []
        return [part for part in [*parts, *self.details] if part.is_visible(request)]

    def show(self, request, counts):
        """What the page shows, given the `counts` of the follow-ups; None when nothing awaits."""
        parts = [part for part in self.follow_ups(request) if counts[part]]
        if not parts:
            return None
        details = [part for part in parts if part is not self.head]
        total = counts[self.head] if self.head else sum(counts[part] for part in details)
        return {
            "key": self.key,
            "title": self.title,
            "hint": self.hint,
            "count": format_number(total),
            "url": self.head and self.head.url,
            "rows": self.rows(request),
            "details": [
                {
                    "label": part.label,
                    "count": format_number(counts[part]),
                    "url": part.url,
                }
                for part in details
            ],
        }

    def rows(self, request):
        if self.first is None:
            return []
        return [
            {
                "label": str(record),
                "url": self._address(request, record),
                "note": self.note(record),
            }
            for record in self.first(self.head.queryset(request))[:ROWS]
        ]

    def _address(self, request, record):
        if self.address and (url := self.address(request, record)):
            return url
        return admin_url(self.head.model, "change", record.pk)
