from django.core.paginator import InvalidPage, Paginator
from django.http import Http404

PAGE_SIZE = 20


def paginate(request, records, page_size=PAGE_SIZE):
    """The page that the request asks for; Http404 when there is no such page."""
    paginator = Paginator(records, page_size)
    number = request.GET.get("page") or 1
    try:
        page = paginator.page(number)
    except InvalidPage as error:
        raise Http404(f"Il n'y a pas de page « {number[:20]} » dans cette liste.") from error
    query = request.GET.copy()
    query.pop("page", None)
    page.query = query.urlencode()
    return page
