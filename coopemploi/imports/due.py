from ..due import due
from .models import ImportBatch


@due("imports")
def forget_files(at):
    return f"{ImportBatch.objects.forget_files(at)} fichiers oubliés"
