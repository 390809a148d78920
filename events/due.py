from coopemploi.due import due

from .models import RoundTableBatch


@due("tours de table reçus")
def forget_round_tables(at):
    count = RoundTableBatch.objects.forget(at)
    return f"{count} effacés au bout de trente jours"
