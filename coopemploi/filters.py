"""What the filters of every list share."""

import django_filters
from django.db.models import Q
from django.forms import HiddenInput
from django.http import QueryDict

from .search.models import Document
from .search.synonyms import read_query


class TextFilter(django_filters.CharFilter):
    """Records whose searchable text holds every word, whole or begun."""

    def __init__(self, **kwargs):
        super().__init__(label="Mots", max_length=200, **kwargs)

    def filter(self, queryset, value):
        if not value:
            return queryset
        documents = Document.objects.of(queryset.model).matching(read_query(value))
        return queryset.filter(Q(pk__in=documents.values("object_id")))


class TermFilter(django_filters.ModelChoiceFilter):
    """Records that bear a term of a vocabulary, named by its slug."""

    def __init__(self, model, field_name, **kwargs):
        super().__init__(
            field_name=field_name,
            queryset=model.objects.all(),
            to_field_name="slug",
            label=model._meta.verbose_name.capitalize(),
            **kwargs,
        )


class TabFilter(django_filters.ChoiceFilter):
    """Which tab of a list is shown: kept in the address, applied by the view."""

    def __init__(self, **kwargs):
        super().__init__(widget=HiddenInput, **kwargs)

    def filter(self, queryset, value):
        return queryset


class ListFilterSet(django_filters.FilterSet):
    """Filters that ignore what they do not understand and say so."""

    @property
    def is_active(self):
        return any(
            self.data.get(name)
            for name, shown in self.filters.items()
            if not isinstance(shown, TabFilter)
        )

    @property
    def cleared_query(self):
        """The query of the same tab without any filter."""
        query = QueryDict(mutable=True)
        for name, shown in self.filters.items():
            if isinstance(shown, TabFilter) and self.data.get(name):
                query[name] = self.data[name]
        return query.urlencode()

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
