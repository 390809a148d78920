"""A page's records with all that it shows of them, in one statement written once.

`gathered` wraps a function that gives a queryset, with its `select_related` and its
`prefetch_related`. What Django would read in a query for each relation is then one statement,
each relation a column of JSON; it is written at the first call, prepared by PostgreSQL, and
asked again with other values. The records are those that Django would give, relations
included: lists, in place of querysets. See `docs/performance.md`.
"""

from .reading import first_or_404, gathered, listed

__all__ = ["first_or_404", "gathered", "listed"]
