from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from .declarations import declarations
from .models import Redirection


def follow_redirections(get_response):
    """Where no page answers at the address of an absorbed record, lead to the one it is in."""

    def answer(request):
        response = get_response(request)
        if response.status_code == 404 and request.method in {"GET", "HEAD"}:
            return redirection_for(request) or response
        return response

    return answer


def redirection_for(request):
    match = request.resolver_match
    pages = {declaration.page: declaration for declaration in declarations.values()}
    declaration = match and pages.get(match.view_name or None)
    if not declaration:
        return None
    model, slug = declaration.model, match.kwargs["slug"]
    known = Redirection.objects.filter(model=model._meta.label_lower, slug=slug).first()
    # A record that took the address since is there, be it one that the visitor may not see.
    if known is None or model._base_manager.filter(**{declaration.slug_field: slug}).exists():
        return None
    records = model._default_manager.all()
    if hasattr(records, "visible_to"):
        records = records.visible_to(request.user)
    record = records.filter(pk=known.object_id).first()
    if record is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    address = record.get_absolute_url() + (f"?{query}" if query else "")
    response = redirect(address, permanent=True)
    # Not for ever: a merge can be undone. Nor for all: some see more than others.
    patch_cache_control(response, private=True, max_age=3600)
    return response
