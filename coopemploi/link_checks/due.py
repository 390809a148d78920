from django.conf import settings

from ..due import due
from . import services
from .models import LinkCheck


@due("liens")
def links(at):
    if not settings.CHECK_LINKS:
        return "non vérifiés (CHECK_LINKS)"
    services.follow_addresses()
    checked = services.check(at)
    return f"{checked} vérifiés, {LinkCheck.objects.dead().count()} morts"
