from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ..links import opened_by
from ..robots import has_left, may_send
from . import services
from .forms import NO_LIST_MEANT, AlertForm, FrequencyForm, ListForm, MeantForm
from .models import Alert

# A whole room may follow a list from one connection.
PER_HOUR = 60
PER_ADDRESS_AND_DAY = 10


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def alert_add(request):
    """Ask to follow a list: the address is mailed a link that confirms it."""
    followed = ListForm(request.GET)
    if not followed.is_valid():
        raise Http404(followed.errors["liste"][0])
    form = AlertForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not form.is_valid():
            status = 400
        elif not may_send(request, "alert", per_hour=PER_HOUR):
            status = 429
        else:
            _ask(form, followed)
            return redirect("alert_asked")
    context = {
        "form": form,
        "is_refused": status == 429,
        "title": followed.title,
        "list_url": f"{followed.path}?{followed.query}".rstrip("?"),
    }
    return render(request, "alerts/alert_form.html", context, status=status)


def _ask(form, followed):
    """Robots, and those who would fill somebody's box, are thanked like everybody."""
    address = form.cleaned_data["email"].lower()
    key = f"alert-address:{address}"
    if form.is_from_robot or not has_left(key, PER_ADDRESS_AND_DAY, seconds=86400):
        return
    services.ask(
        address=address,
        path=followed.path,
        query=followed.query,
        title=followed.title,
        frequency=form.cleaned_data["frequency"],
    )


@login_not_required
@require_safe
def alert_asked(request):
    return render(request, "alerts/alert_asked.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(services.CONFIRM)
def alert_confirm(request, signed):
    """The link of the mail asks once more: robots open the links of mails."""
    pk, frequency = signed
    alert = Alert.objects.filter(pk=pk).first()
    if alert is None:
        raise Http404("Cette demande est effacée. Pour suivre la liste, repartez de sa page.")
    if request.method == "POST":
        services.confirm(alert, frequency)
        messages.success(request, f"C'est noté, vous suivez cette liste : {alert.title}.")
        return redirect("alert_manage", token=services.MANAGE.sign(alert.address))
    frequency_label = Alert.Frequency(frequency).label
    context = {"alert": alert, "frequency_label": frequency_label}
    return render(request, "alerts/alert_confirm.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(services.MANAGE)
def alert_manage(request, signed):
    """The lists that an address follows: change how often, or stop."""
    alerts = Alert.objects.confirmed().filter(address=signed)
    if request.method == "POST":
        _change(request, alerts)
        return redirect(request.path)
    context = {"alerts": alerts, "address": signed, "frequencies": Alert.Frequency.choices}
    return render(request, "alerts/alert_manage.html", context)


def _change(request, alerts):
    if "tout" in request.POST:
        alerts.delete()
        messages.success(request, "Vous ne suivez plus aucune liste.")
        return
    meant = MeantForm(request.POST)
    if not meant.is_valid():
        raise Http404(NO_LIST_MEANT)
    alert = alerts.filter(pk=meant.key).first()
    if alert is None:  # stopped meanwhile, from another tab
        messages.info(request, "Cette liste n'était déjà plus suivie.")
    elif meant.is_stop:
        alert.delete()
        messages.success(request, f"Vous ne suivez plus cette liste : {alert.title}.")
    else:
        form = FrequencyForm(request.POST, instance=alert)
        if form.is_valid():
            # Nothing else of it: its digest may be leaving, or another tab stop it.
            alerts.filter(pk=alert.pk).update(frequency=alert.frequency)
            frequency = alert.get_frequency_display()
            messages.success(request, f"Un courriel au plus {frequency} : {alert.title}.")
        else:
            messages.error(request, " ".join(form.errors["frequency"]))
