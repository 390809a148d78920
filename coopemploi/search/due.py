from .. import table_statistics
from ..due import due


@due("statistiques de la base")
def statistics(at):
    """As the site grows, so does what its reading costs, unless SQLite learns it."""
    return "refaites" if table_statistics.refresh() else "tenues par PostgreSQL"
