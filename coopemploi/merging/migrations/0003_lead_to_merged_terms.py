from django.db import migrations

TERMS = [f"vocabulary.{name}" for name in ("theme", "sector", "audience", "obstacle", "scheme")]


def lead_to_survivors(apps, schema_editor):
    """Terms that were merged before lists followed them: their slug leads to the survivor."""
    Redirection = apps.get_model("merging", "Redirection")
    merges = apps.get_model("merging", "Merge")._base_manager.filter(undone_at=None)
    for done in merges.filter(model__in=TERMS).order_by("merged_at", "pk").iterator():
        redirections = Redirection._base_manager.filter(model=done.model)
        redirections.filter(object_id=done.loser_id).update(object_id=done.survivor_id)
        if slug := slug_of(done):
            redirections.update_or_create(
                model=done.model, slug=slug, defaults={"object_id": done.survivor_id}
            )


def slug_of(done):
    """That of the absorbed record, as its journal has it."""
    for kind, model, *told in done.journal:
        if (kind, model.lower()) == ("delete", done.model) and told[0]["id"] == done.loser_id:
            return told[0]["slug"]
    return ""


class Migration(migrations.Migration):

    dependencies = [
        ("merging", "0002_likely_duplicates"),
    ]

    # Backwards, nothing: lists asked by these slugs said that they were unknown.
    operations = [migrations.RunPython(lead_to_survivors, migrations.RunPython.noop)]
