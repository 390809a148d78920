import os
import re
from contextlib import nullcontext
from getpass import getpass

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from coopemploi.pages.first_run import set_up
from territories.models import Territory

QUESTIONS = {
    "name": "Nom du site",
    "accent": "Sa couleur, comme #1f5f5b (rien : inchangée, ou la nôtre)",
    "logo": "Le fichier de son logo (rien : inchangé, ou aucun)",
    "contact": "Adresse de contact",
    "administrator": "Adresse de l'administrateur",
    "password": "Son mot de passe",
}
NEEDED = ("name", "contact", "administrator")
# What the identity calls otherwise.
ANSWERED = {"contact_email": "contact"}


class Command(BaseCommand):
    help = "Ouvre un site neuf : territoires, identité, administrateur, périmètres."

    def add_arguments(self, parser):
        parser.add_argument("--name", help="Nom du site.")
        parser.add_argument("--tagline", default="", help="Accroche.")
        parser.add_argument("--accent", help="Sa couleur, comme #1f5f5b.")
        parser.add_argument("--logo", help="Le fichier de son logo : PNG, JPEG, WebP ou GIF.")
        parser.add_argument("--contact", help="Adresse de contact du site.")
        parser.add_argument("--administrator", help="Adresse du premier administrateur.")
        parser.add_argument(
            "--perimeter",
            action="append",
            default=[],
            metavar="ADRESSE=RÉFÉRENCE",
            help="Qui anime quel territoire : « ada@example.org=region:75 ». Se répète.",
        )
        parser.add_argument(
            "--no-input", action="store_true", help="Ne rien demander ; SITE_PASSWORD est lu."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Tout vérifier sans rien enregistrer."
        )

    def handle(self, *, no_input, perimeter, dry_run, **options):
        if not Territory.objects.exists():
            self._load_territories(dry_run)
        perimeters = [pair(text) for text in perimeter]
        if dry_run and perimeters and not Territory.objects.exists():
            self.stdout.write("Les périmètres se vérifieront une fois les territoires chargés.")
            perimeters = []
        answers = answered(options, asks=not no_input)
        try:
            made = self._set_up(answers, perimeters, dry_run=dry_run, asks=not no_input)
        except Territory.DoesNotExist as error:
            raise CommandError(f"Territoire inconnu : {error}") from error
        self.stdout.write(f"Le site « {made.identity.name} » est prêt.")
        for mandate in made.mandates:
            self.stdout.write(f"{mandate.user.email} anime {mandate.territory}.")
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été enregistré.")
            return
        self.stdout.write("Connectez-vous sur /admin/ : votre second facteur y sera demandé.")

    def _set_up(self, answers, perimeters, *, dry_run, asks):
        """The site; whoever answers is asked again what is wrong, and that alone."""
        while True:
            try:
                return set_up_or_try(answers, perimeters, dry_run=dry_run)
            except ValidationError as error:
                wrong = {
                    ANSWERED.get(name, name): f"{label(name)} : {' '.join(said)}"
                    for name, said in error.message_dict.items()
                }
            if not (asks and wrong.keys() <= QUESTIONS.keys()):
                raise CommandError("\n".join(wrong.values()))
            for name, said in wrong.items():
                self.stderr.write(said)
                answers[name] = ask(name)

    def _load_territories(self, dry_run):
        self.stdout.write("Chargement des territoires (une à deux minutes)…")
        # In this order: a term of the glossary looks for its forms in all that is there.
        call_command("load_vocabularies", dry_run=dry_run, stdout=self.stdout)
        call_command("load_territories", dry_run=dry_run, stdout=self.stdout)


def answered(options, *, asks):
    """What the options, the environment and, when one `asks`, the terminal say of the site."""
    answers = {name: options.get(name) or "" for name in QUESTIONS}
    answers["password"] = os.environ.get("SITE_PASSWORD", "")
    if asks:
        answers = {name: answer or ask(name) for name, answer in answers.items()}
    elif not all(map(answers.get, NEEDED)):
        raise CommandError("Il faut --name, --contact et --administrator.")
    return {**answers, "tagline": options["tagline"]}


def ask(name):
    question = f"{QUESTIONS[name]} : "
    if name == "password":
        return getpass(question)
    answer = input(question).strip()
    while name in NEEDED and not answer:
        answer = input(question).strip()
    return answer


def label(name):
    """« Son mot de passe »: a question without what it explains."""
    question = QUESTIONS.get(ANSWERED.get(name, name), "--perimeter")
    return re.split(r",| \(", question)[0]


def set_up_or_try(answers, perimeters, *, dry_run):
    """The site once set up, or as it would be. Raise ValidationError or Territory.DoesNotExist."""
    with opened(answers["logo"]) as logo, transaction.atomic():
        made = set_up(
            name=answers["name"],
            tagline=answers["tagline"],
            accent=answers["accent"],
            logo=logo,
            contact_email=answers["contact"],
            administrator=answers["administrator"],
            password=answers["password"],
            perimeters=perimeters,
        )
        if dry_run:
            transaction.set_rollback(True)
            if logo:  # its file is written by no transaction
                made.identity.logo.delete(save=False)
        return made


def opened(path):
    try:
        return open(path, "rb") if path else nullcontext()
    except OSError as error:
        raise ValidationError({"logo": f"{path} ne s'ouvre pas."}) from error


def pair(text):
    address, equal, reference = text.partition("=")
    if not equal:
        raise CommandError(
            f"« {text} » : écrivez ADRESSE=RÉFÉRENCE, « ada@example.org=region:75 »."
        )
    return address.strip(), reference.strip()
