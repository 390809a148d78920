from ..due import due
from . import services


@due("comptes")
def accounts(at):
    erased = services.forget_unconfirmed(at)
    return f"{erased} jamais confirmés effacés"
