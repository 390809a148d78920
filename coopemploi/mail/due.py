import datetime

from django_tasks_db.models import DBTaskResult

from ..due import due
from . import services

# Long enough to answer "did it leave?", no longer: a mail tells of people.
KEPT = datetime.timedelta(days=30)


@due("courriels")
def deliver(at):
    """Try again what did not leave, and forget what left long ago."""
    services.deliver()
    erased = services.prune(at - KEPT)
    return f"{erased} anciens effacés"


@due("travail de fond")
def background_work(at):
    """Forget what was done, a row for each mail; what failed quotes the data it failed on."""
    erased, _ = DBTaskResult.objects.finished().filter(finished_at__lt=at - KEPT).delete()
    return f"{erased} travaux anciens effacés"
