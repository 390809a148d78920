"""The site's own page for a lost address, where DEBUG would show Django's, in English."""

from django.http import Http404

from ..pages.error_views import not_found


class NotFoundMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # No view was found: DEBUG has written of it what no visitor reads.
        if response.status_code == 404 and request.resolver_match is None:
            return not_found(request, Http404())
        return response

    def process_exception(self, request, exception):
        return not_found(request, exception) if isinstance(exception, Http404) else None
