"""What every admin page shares: the site, searches, choices, errors, perimeters, publication."""

from .forms import ModelForm, SpacedDecimalField
from .inlines import (
    CountedFigureInline,
    FigureInline,
    OrderedFormSet,
    StackedInline,
    TabularInline,
)
from .model_admin import ConfidentialAdmin, FollowUpFilter, ModelAdmin
from .names import FEMININE, NamedListMixin, with_article
from .perimeters import OutOfReachError
from .publishable import PublishableAdmin
from .sections import CLASSIFICATION, ORIGIN, PUBLICATION, USED_SCHEMES
from .site import AdminSite

__all__ = [
    "CLASSIFICATION",
    "FEMININE",
    "ORIGIN",
    "PUBLICATION",
    "USED_SCHEMES",
    "AdminSite",
    "ConfidentialAdmin",
    "CountedFigureInline",
    "FigureInline",
    "FollowUpFilter",
    "ModelAdmin",
    "ModelForm",
    "NamedListMixin",
    "OrderedFormSet",
    "OutOfReachError",
    "PublishableAdmin",
    "SpacedDecimalField",
    "StackedInline",
    "TabularInline",
    "with_article",
]
