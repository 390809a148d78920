from django.db import migrations
from django.db.models import OuterRef, Subquery


def know_the_present_date(apps, schema_editor):
    """Whoever is registered is taken to know the date of today: only later changes are told."""
    Event = apps.get_model("events", "Event")
    Registration = apps.get_model("events", "Registration")
    event = Event.objects.filter(pk=OuterRef("event"))
    start = Subquery(event.order_by().values("start_earliest")[:1])
    Registration.objects.update(told_start=start)


class Migration(migrations.Migration):

    dependencies = [
        ("events", "0012_registration_told_start"),
    ]

    operations = [migrations.RunPython(know_the_present_date, migrations.RunPython.noop)]
