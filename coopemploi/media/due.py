from ..due import due
from .orphans import erase_orphans


@due("fichiers")
def erase(at):
    """Erase the files replaced, or deleted with their record, once nothing brings them back."""
    return f"{erase_orphans(at)} que plus rien ne nomme effacés"
