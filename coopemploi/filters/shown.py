"""What a list shows of its filters: facets and their values, chips, ways out, orders."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A value of a facet, as the list shows it."""

    value: str
    label: str
    count: int
    is_selected: bool

    @property
    def is_disabled(self):
        return not self.count and not self.is_selected


@dataclass(frozen=True)
class Facet:
    name: str  # in the address
    label: str
    choices: list
    folded: int  # how many more values there are
    selected: int  # how many values are chosen
    is_open: bool
    errors: tuple = ()  # on what the address asks of it


@dataclass(frozen=True)
class Chip:
    label: str
    query: str  # of the address without it
    kind: str = ""


@dataclass(frozen=True)
class WayOut:
    """Where to look instead, when a list is empty."""

    label: str
    query: str
    count: int


@dataclass(frozen=True)
class Sort:
    name: str
    label: str
    is_current: bool
