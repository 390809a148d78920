from . import territory  # noqa: I001 - the order in which the admin lists the models
from . import actor, network, person, mandate

__all__ = ["actor", "mandate", "network", "person", "territory"]
