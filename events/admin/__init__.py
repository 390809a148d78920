# The order in which the admin lists the models.
from . import event, session, campaign, series  # noqa: I001
from . import registration, recap, round_table, action, evaluation

__all__ = [
    "action",
    "campaign",
    "evaluation",
    "event",
    "recap",
    "registration",
    "round_table",
    "series",
    "session",
]
