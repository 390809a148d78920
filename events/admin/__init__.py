from . import event  # noqa: I001 - the order in which the admin lists the models
from . import recap, round_table, action

__all__ = ["action", "event", "recap", "round_table"]
