from django.db import models

from ..fields import PartialDateField


class StoredPartialDateField(PartialDateField):
    """A partial date as a version keeps it: without the columns of its bounds."""

    def contribute_to_class(self, cls, name, *args, **kwargs):
        models.CharField.contribute_to_class(self, cls, name, *args, **kwargs)
