import logging

from django.core.management.base import BaseCommand, CommandError

from coopemploi.due import run_all

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Fait ce qui est dû : courriels, rappels, relances, effacements. À lancer souvent."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait fait, sans rien écrire."
        )

    def handle(self, *, dry_run, **options):
        failed = []
        for outcome in run_all(is_rehearsal=dry_run):
            if outcome.error:
                logger.error("The job %s failed.", outcome.label, exc_info=outcome.error)
                failed.append(outcome.label)
            else:
                self.stdout.write(f"{outcome.label} : {outcome.said or 'rien à dire'}")
        if failed:
            raise CommandError(f"N'ont pas abouti : {', '.join(failed)}.")
