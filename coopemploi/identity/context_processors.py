from django.utils.functional import SimpleLazyObject

from .. import version
from .models import Identity

of_the_site = version.kept(Identity.current)


def identity(request):
    return {"identity": SimpleLazyObject(of_the_site)}
