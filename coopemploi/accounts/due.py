from ..due import due
from ..robots import forget_past_counts
from . import services
from .sealing import seal_all


@due("comptes")
def accounts(at):
    erased = services.forget_unconfirmed(at)
    sessions, lines = services.forget_sessions(at), services.forget_journal(at)
    return (
        f"{erased} jamais confirmés effacés, {sessions} sessions finies, "
        f"{lines} lignes du journal de la gestion"
    )


@due("limites d'envoi")
def limits(at):
    return f"{forget_past_counts(at)} comptes finis effacés"


@due("seconds facteurs")
def second_factors(at):
    """Seal those of before, and by the new key once it has changed."""
    sealed, lost = seal_all()
    return f"{sealed} scellés" + (f", {lost} dont la clé est perdue" if lost else "")
