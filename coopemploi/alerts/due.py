from ..due import due
from . import services


@due("alertes")
def alerts(at):
    sent = services.send_digests(at)
    erased = services.forget_unconfirmed(at)
    return f"{sent} envoyées, {erased} jamais confirmées effacées"
