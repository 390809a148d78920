from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from coopemploi.participation.erasure import forget_person
from territories.models import Person


class Command(BaseCommand):
    help = (
        "Efface une personne partout : fiche, versions, corbeille, imports, textes, courriels. "
        "Ce qu'elle a apporté reste, sans son nom."
    )

    def add_arguments(self, parser):
        parser.add_argument("person", metavar="RÉF", help="Sa réf, ou son adresse e-mail.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait effacé, sans rien écrire."
        )

    def handle(self, *, person, dry_run, **options):
        found = list(
            Person.objects.filter(email__iexact=person)
            if "@" in person
            else Person.objects.filter(slug=person)
        )
        if len(found) != 1:
            raise CommandError(f"{len(found)} personnes répondent à « {person} ».")
        if found[0].user:
            raise CommandError("Elle a un compte : il se supprime dans « Mon espace ».")
        with transaction.atomic():
            erased = forget_person(found[0])
            transaction.set_rollback(dry_run)
        for line in erased.lines():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été effacé.")
