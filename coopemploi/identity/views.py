from io import BytesIO

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from . import colours, icons
from .context_processors import of_the_site
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


@login_not_required
@require_safe
def icon(request, size):
    if size not in icons.SIZES:
        raise Http404("Il n'y a pas d'icône de cette taille.")
    return drawing(request, lambda logo: icons.png(logo, size), "image/png")


@login_not_required
@require_safe
def favicon(request):
    return drawing(request, icons.ico, "image/x-icon")


def drawing(request, draw, media_type):
    identity = of_the_site()
    try:
        content = draw(identity.logo.name)
    except FileNotFoundError as error:
        raise Http404("Le logo de ce site est perdu.") from error
    response = FileResponse(BytesIO(content), content_type=media_type)
    return kept(response, request, identity.logo_version)


@login_not_required
@require_safe
def manifest(request):
    """What a phone writes under the icon of the site, on its home screen."""
    identity = of_the_site()
    version = f"?v={identity.logo_version}"
    content = {
        "name": identity.name,
        "description": identity.tagline,
        "lang": "fr",
        "start_url": reverse("home"),
        "display": "browser",
        "theme_color": identity.accent or colours.DEFAULT,
        "icons": [
            {
                "src": reverse("identity_icon", args=[size]) + version,
                "sizes": f"{size}x{size}",
                "type": "image/png",
            }
            for size in icons.SIZES
        ],
    }
    response = JsonResponse(content, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=60"
    return response
