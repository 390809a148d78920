from django.db import migrations


def forget_who_stopped(apps, schema_editor):
    """Alerts stopped from a mail, which kept their address: they now go as the page said."""
    refusals = apps.get_model("mail", "Refusal")._base_manager.filter(topic="alert")
    alerts = apps.get_model("alerts", "Alert")._base_manager
    alerts.filter(address__in=refusals.values("address")).delete()
    refusals.delete()


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_alerts"), ("mail", "0003_proposal_topic")]

    operations = [migrations.RunPython(forget_who_stopped, migrations.RunPython.noop)]
