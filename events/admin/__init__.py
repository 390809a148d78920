from . import event  # noqa: I001 - the order in which the admin lists the models
from . import registration, recap, round_table, action, evaluation

__all__ = ["action", "evaluation", "event", "recap", "registration", "round_table"]
