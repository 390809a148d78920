from django.db import migrations

# Of two rows of one person, the one that is kept: whoever has a seat keeps it.
BEST_FIRST = ["confirmed", "walk_in", "waiting", "cancelled"]


def lower(apps, schema_editor):
    """Write the addresses in lower case; of one registered twice, one row keeps the address.

    The others stay, cancelled and without it: the team still reads what was said there.
    """
    Registration = apps.get_model("events", "Registration")
    by_address = {}
    for row in Registration.objects.exclude(email="").order_by("rank", "pk").iterator():
        by_address.setdefault((row.event_id, row.email.lower()), []).append(row)
    for (_, email), rows in by_address.items():
        kept, *others = sorted(rows, key=lambda row: BEST_FIRST.index(row.status))
        for row in others:
            kept.presence = kept.presence or row.presence
            row.email, row.status, row.presence = "", "cancelled", ""
            row.save(update_fields=["email", "status", "presence"])
        if others or kept.email != email:
            kept.email = email
            kept.save(update_fields=["email", "presence"])


class Migration(migrations.Migration):

    dependencies = [
        ("events", "0009_round_table_code"),
    ]

    # Backwards, nothing: an address in lower case is the same address.
    operations = [migrations.RunPython(lower, migrations.RunPython.noop)]
