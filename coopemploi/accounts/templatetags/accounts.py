from allauth.socialaccount.adapter import get_adapter
from django import template

register = template.Library()

# The first that is found: Edge and Opera call themselves Chrome, which calls itself Safari.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent):
    """What a browser calls itself, in words: "Firefox, Windows"."""
    names = [
        next((name for mark, name in known.items() if mark in user_agent), None)
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, names)) or "Navigateur inconnu"


@register.simple_tag(takes_context=True)
def providers(context):
    """The other ways to sign in that the installation offers."""
    return get_adapter().list_providers(context["request"])
