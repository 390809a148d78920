from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from post_office.models import Email

from ..links import opened_by
from .models import Refusal
from .services import STOP, stop_mailing

SHOWN = 50


@csrf_exempt  # mail software posts by itself (RFC 8058); the signed link is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(STOP)
def stop(request, signed):
    """Refuse the mails of a topic; asked first, for robots open the links of mails."""
    address, topic = signed
    if request.method == "POST":
        stop_mailing(address, topic)
    context = {
        "address": address,
        "topic_label": Refusal.Topic(topic).label,
        "is_alert": topic == Refusal.Topic.ALERT,
        "is_done": request.method == "POST",
    }
    return render(request, "mail/stop.html", context)


@login_not_required
@require_safe
def sent(request):
    """The last mails, for whoever tries the site out: under DEBUG only."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "mail/sent.html", {"emails": Email.objects.order_by("-pk")[:SHOWN]})
