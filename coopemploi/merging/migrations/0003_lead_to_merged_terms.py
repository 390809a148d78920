from django.db import migrations

TERMS = [f"vocabulary.{name}" for name in ("theme", "sector", "audience", "obstacle", "scheme")]


def lead_to_survivors(apps, schema_editor):
    """Terms that were merged before lists followed them: their slug leads to the survivor.

    Each merge notes it in its journal, as `merge` does: undoing it takes it back.
    """
    Redirection = apps.get_model("merging", "Redirection")
    merges = apps.get_model("merging", "Merge")._base_manager.filter(undone_at=None)
    for done in merges.filter(model__in=TERMS).order_by("merged_at", "pk").iterator():
        kept, steps = done.survivor_id, []
        is_led = any(model == "merging.redirection" for _, model, *_ in done.journal)
        slug = "" if is_led else slug_of(done)
        redirections = Redirection._base_manager.filter(model=done.model)
        if moved := list(redirections.filter(object_id=done.loser_id).values_list("pk", flat=True)):
            redirections.filter(pk__in=moved).update(object_id=kept)
            step = "move", "merging.redirection", "object_id", moved, done.loser_id, kept
            steps.append(step)
        known = redirections.filter(slug=slug).first()
        if slug and known is None:
            made = redirections.create(model=done.model, slug=slug, object_id=kept)
            steps.append(("create", "merging.redirection", made.pk))
        elif slug and known.object_id != kept:
            step = "change", "merging.redirection", known.pk, {"object_id": [known.object_id, kept]}
            redirections.filter(pk=known.pk).update(object_id=kept)
            steps.append(step)
        if steps:
            done.journal = [*done.journal, *steps]
            done.save(update_fields=["journal"])


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
