"""How every list answers: a page, a file, or the address that says the place it looks in."""

from django.shortcuts import redirect, render

from coopemploi.formats.exports import export, offered
from coopemploi.pagination import paginate

from .mapping import map_of


def answer(request, filters, declaration, template, *, finish=None, **context):
    """The list of a `LocatedFilterSet`, in the form that the address asks for.

    `finish` completes the records of a page, once they are known.
    """
    if filters.query_with_place:
        return redirect(f"{request.path}?{filters.query_with_place}")
    if exported := export(request, filters, declaration):
        return exported
    page = paginate(request, filters)
    if finish:
        page.object_list = finish(page.object_list)
    if filters.has_map and filters.values["vue"] and not filters.has_nothing:
        context["map"] = map_of(filters, declaration.title)
    context |= {
        "filters": filters,
        "page": page,
        "formats": [] if filters.errors else offered(declaration),
    }
    return render(request, template, context, status=filters.status)
