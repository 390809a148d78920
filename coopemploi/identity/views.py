from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_safe

from . import colours
from .models import Identity

YEAR = 31_536_000  # seconds


def kept(response, request, version):
    """An answer kept for ever at the address that names its version, a minute elsewhere."""
    is_current = request.GET.get("v") == version
    lasting = f"max-age={YEAR}, immutable" if is_current else "max-age=60"
    response["Cache-Control"] = f"public, {lasting}"
    return response


@login_not_required
@require_safe
def stylesheet(request):
    identity = Identity.current()
    content = colours.stylesheet(identity.accent) if identity.accent else "/* Nos couleurs. */\n"
    response = HttpResponse(content, content_type="text/css; charset=utf-8")
    return kept(response, request, identity.accent_version)


@login_not_required
@require_safe
def logo(request):
    identity = Identity.current()
    try:
        file = identity.logo.open()
    except (ValueError, FileNotFoundError) as error:
        raise Http404("Ce site n'a pas de logo.") from error
    response = FileResponse(file, content_type="image/webp")
    return kept(response, request, identity.logo_version)
