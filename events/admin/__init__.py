from . import event  # noqa: I001 - the order in which the admin lists the models
from . import registration, recap, round_table, action

__all__ = ["action", "event", "recap", "registration", "round_table"]
