"""What the filters of every list share."""

import django_filters
from django.db.models import Q

from .search.models import Document


class TextFilter(django_filters.CharFilter):
    """Records whose searchable text holds every word, whole or begun."""

    def __init__(self, **kwargs):
        super().__init__(label=kwargs.pop("label", "Mots"), **kwargs)

    def filter(self, queryset, value):
        if not value:
            return queryset
        documents = Document.objects.of(queryset.model).matching(value)
        return queryset.filter(Q(pk__in=documents.values("object_id")))


class ListFilterSet(django_filters.FilterSet):
    """Filters that ignore what they do not understand and say so."""

    @property
    def is_active(self):
        return any(self.data.get(name) for name in self.filters)

    @property
    def qs(self):
        """Rows under the filters understood: an unknown value narrows nothing."""
        if not hasattr(self, "_qs"):
            queryset = self.queryset.all()
            if self.is_bound:
                self.form.is_valid()
                for name, value in self.form.cleaned_data.items():
                    queryset = self.filters[name].filter(queryset, value)
            self._qs = queryset
        return self._qs
