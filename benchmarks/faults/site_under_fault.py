"""The site, with three more addresses: to write a line, to keep a file, to count what is sent."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

settings.ROOT_URLCONF = "site_under_fault"
application = get_wsgi_application()


@csrf_exempt
@login_not_required
def write(request, number):
    from coopemploi.mail.models import Refusal

    Refusal.objects.create(address=f"{number}@fault.example", topic=Refusal.Topic.ALERT)
    return HttpResponse("ok", status=201)


@csrf_exempt
@login_not_required
def keep(request):
    return HttpResponse(default_storage.save("contenus/a.pdf", request.FILES["file"]), status=201)


@csrf_exempt
@login_not_required
def count(request):
    from coopemploi.robots import has_left

    return HttpResponse(has_left("fault", 1000, seconds=3600), status=201)


handler404 = "coopemploi.pages.error_views.not_found"
handler500 = "coopemploi.pages.error_views.server_error"

urlpatterns = [
    path("ecrire/<int:number>/", write),
    path("envoyer/", keep),
    path("compter/", count),
    path("", include("coopemploi.urls")),
]
