from django.utils.functional import SimpleLazyObject

from .models import Identity


def identity(request):
    return {"identity": SimpleLazyObject(Identity.current)}
