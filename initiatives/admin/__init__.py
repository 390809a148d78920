# The order in which the admin lists the models.
from . import initiative, exchange, resource, introduction  # noqa: I001

__all__ = ["exchange", "initiative", "introduction", "resource"]
