"""A form sent too late, its session over or itself closed: what it says is not lost.

Nothing is kept on the server: the page that answers holds what was sent, to be sent again or
copied.
"""

from django import forms
from django.shortcuts import render
from django.urls import reverse

# Never given back.
PRIVATE = {"csrfmiddlewaretoken", "password", "password1", "password2"}


def is_interrupted(request):
    """Whether a request sends a form from a page of this very site, those of sign-in apart."""
    origin = f"{request.scheme}://{request.get_host()}"
    return (
        request.method == "POST"
        and not request.path.startswith(reverse("account"))
        and request.headers.get("Origin", origin) == origin
    )


def hold(request, *, is_private=None):
    """The page that holds what was sent, until who wrote it is signed in again if need be.

    `is_private`: whether the form is for those signed in; by default, as its page is.
    """
    if is_private is None:
        is_private = getattr(request.resolver_match.func, "login_required", True)
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in PRIVATE
        for value in values
    ]
    written = [("", value) for name, value in sent if not name.startswith("_") and " " in value]
    context = {
        "sent": sent,
        "written": written,
        "has_files": bool(request.FILES),
        "must_sign_in": is_private and not request.user.is_authenticated,
        "sign_in_url": f"{reverse('account_login')}?next={reverse('account')}",
    }
    return render(request, "account/interrupted.html", context, status=403)


def typed(form):
    """(label, value) of what was written in words."""
    return [
        (field.label, value)
        for field in form
        if isinstance(field.field.widget, (forms.TextInput, forms.Textarea))
        and (value := field.value())
    ]


def give_back(request, *forms, why, status, **context):
    """The page that gives back what was sent to forms that take no more, and says `why`."""
    context |= {"why": why, "written": [said for form in forms for said in typed(form)]}
    return render(request, "not_received.html", context, status=status)
