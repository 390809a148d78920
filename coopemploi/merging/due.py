from ..due import due
from .declarations import declarations


@due("doublons probables")
def duplicates(at):
    """Compare the records of the models of which some were written."""
    waiting = [each.duplicates for each in declarations.values() if each.duplicates.is_due]
    found = sum(table.rebuild() for table in waiting)
    return f"{len(waiting)} sortes de fiches comparées, {found} paires"
