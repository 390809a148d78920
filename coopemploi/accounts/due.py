from ..due import due
from . import services


@due("comptes")
def accounts(at):
    erased = services.forget_unconfirmed(at)
    sessions, lines = services.forget_sessions(at), services.forget_journal(at)
    return (
        f"{erased} jamais confirmés effacés, {sessions} sessions finies, "
        f"{lines} lignes du journal de la gestion"
    )
