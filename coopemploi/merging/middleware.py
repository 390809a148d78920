from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from .declarations import declarations
from .redirections import survivor, todays_query


def follow_redirections(get_response):
    """Where no page answers at the address of an absorbed record, lead to the one it is in; and
    where a list, or the list of a page, knows no such filter, to the list of today's."""

    def answer(request):
        response = get_response(request)
        if request.method in {"GET", "HEAD"}:
            if response.status_code == 404:
                return redirection_for(request) or response
            if response.status_code == 400:
                return list_redirection_for(request) or response
        return response

    return answer


def redirection_for(request):
    match = request.resolver_match
    pages = {declaration.page: declaration for declaration in declarations.values()}
    declaration = match and pages.get(match.view_name or None)
    if not declaration:
        return None
    record = survivor(declaration, match.kwargs["slug"], request.user)
    if record is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    return _moved(record.get_absolute_url() + (f"?{query}" if query else ""))


def list_redirection_for(request):
    match = request.resolver_match
    if not match or not (match.url_name or "").endswith(("_list", "_detail")):
        return None
    query = todays_query(request.GET, request.user)
    return query and _moved(f"{request.path}?{query.urlencode(safe=':')}")


def _moved(address):
    response = redirect(address, permanent=True)
    # Not for ever: a merge can be undone. Nor for all: some see more than others.
    patch_cache_control(response, private=True, max_age=3600)
    return response
