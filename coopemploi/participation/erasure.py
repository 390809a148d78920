"""Forgetting a person everywhere: records, their versions, the bin, raw texts, imports, mail.

What they contributed stays, without their name. A name is looked for in every text of the
base, however it is written, but not when somebody else bears it.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.text import slugify
from post_office.models import STATUS, Email

from events import registrations
from events.models import FollowUpMail, Registration
from initiatives.introductions import of_people
from initiatives.models import IntroductionBlock
from territories.models import Person, Position

from ..accounts.models import SavedFilter
from ..alerts.models import Alert
from ..fields import LinesField, NormalisedField
from ..history.tracking import paused
from ..imports.models import ImportBatch, ImportRow
from ..link_checks.models import LinkCheck
from ..mail.models import Refusal
from ..mail.services import erase as erase_mail
from ..mail.services import forget as forget_mail
from ..merging.merge import forget as forget_merges
from .attached_files import files_naming
from .models import Proposal
from .signs import signs_of

# What the site itself writes: keys, codes, counts, and what derived tables make anew.
LEFT_ALONE = {"auth", "contenttypes", "sessions", "search", "usersessions", "mfa", "socialaccount"}
LEFT_ALONE |= {"post_office"}  # see `_clean_mail`
OURS = ("coopemploi.", "territories.", "initiatives.", "events.")
ROWS = 500
SEARCHES = (Alert, SavedFilter)


@dataclass
class Erased:
    """What was found of somebody, in words; what a person must still look at."""

    texts: dict = field(default_factory=dict)  # {sort of record: number of records}
    registrations: int = 0
    mails: int = 0
    doubts: list = field(default_factory=list)

    def lines(self):
        yield f"Courriels effacés : {self.mails}"
        yield f"Inscriptions effacées : {self.registrations}"
        for label, count in sorted(self.texts.items()):
            yield f"Nom retiré d'un texte : {label}, {count}"
        yield from (f"À regarder : {doubt}" for doubt in self.doubts)


@transaction.atomic
def forget_person(person, *, addresses=()):
    """Erase somebody and all that tells of them; return an `Erased`."""
    erased = Erased()
    addresses = sorted({each.lower() for each in (*addresses, person.email)} - {""})
    signs = signs_of(person, addresses, erased.doubts)
    erased.doubts += files_naming(person, signs)
    _forget_what_they_sent(addresses, erased)
    of_people(person).delete()
    IntroductionBlock.objects.filter(Q(by=person) | Q(blocked=person)).delete()
    FollowUpMail.objects.filter(person=person).delete()
    person.belongings.all().delete()
    with paused():  # a version would tell what is being forgotten
        person.positions.all().delete()
        person.user, person.email, person.phone = None, "", ""
        person.first_name = person.last_name = person.slug = ""
        person.known_as = Person.WITHDRAWN_NAME
        person.email_is_public = person.phone_is_public = False
        person.attribution_withdrawn = True
        person.save()
        keys = {person.pk, *_absorbed_by(person)}
        Position.history.filter(person_id__in=keys).delete()
        Person.history.filter(id__in=keys).delete()
        _forget_imported(keys)
        if signs:
            _clean_mail(signs, erased)
            _forget_addresses_checked(signs)
            for model in apps.get_models():
                _clean(model, signs, erased)
    return erased


@transaction.atomic
def forget_addresses(addresses):
    """Erase what one sent from addresses that no person of the network bears."""
    erased = Erased()
    _forget_what_they_sent(addresses, erased)
    return erased


def _forget_what_they_sent(addresses, erased):
    with paused():
        for registration in Registration.objects.filter(written_as("email", addresses)):
            registrations.cancel(registration)  # somebody who waits has the seat
            Registration.history.filter(id=registration.pk).delete()
            registration.delete()
            erased.registrations += 1
    for address in addresses:
        erased.mails += forget_mail(address)
    Alert.objects.filter(address__in=addresses).delete()
    Refusal.objects.filter(address__in=addresses).delete()
    Proposal.objects.filter(written_as("email", addresses)).update(name="", email="")


def _absorbed_by(person):
    """The keys of the duplicates of a person; one whose merge was undone is somebody."""
    absorbed = forget_merges(Person, [person.pk])
    return absorbed - set(Person.objects.filter(pk__in=absorbed).values_list("pk", flat=True))


def _forget_imported(keys):
    """Empty the rows of files that say who the people `keys` are, whatever their namesakes."""
    rows = ImportRow.objects.filter(batch__model=Person._meta.label, record_key__in=keys)
    for batch in ImportBatch.objects.filter(rows__in=rows).exclude(table=None).distinct():
        lines = set(rows.filter(batch=batch).values_list("line", flat=True))
        batch.table["rows"] = [
            [line, [""] * len(cells) if line in lines else cells]
            for line, cells in batch.table["rows"]
        ]
        batch.save(update_fields=["table"])
    # What was written cannot be taken back any more.
    rows.filter(outcome=ImportRow.Outcome.WRITTEN).update(outcome=ImportRow.Outcome.KEPT)
    rows.update(label="", changes={}, problems=[], fingerprint="")


def written_as(name, addresses):
    """The records whose column `name` holds one of the addresses, whatever its case."""
    condition = Q(pk__in=[])
    for address in addresses:
        condition |= Q(**{f"{name}__iexact": address})
    return condition


# In the texts


def _clean(model, signs, erased):
    """A name in an address of ours leaves it too: the page has another."""
    fields = [each for each in model._meta.concrete_fields if _holds_text(each)]
    if model._meta.app_label in LEFT_ALONE or not fields or not model._meta.managed:
        return
    rows = model._base_manager.order_by("pk").values_list("pk", *(each.attname for each in fields))
    found = []
    for pk, *values in rows.iterator(chunk_size=ROWS):
        changed = {
            each.attname: cleaned
            for each, value in zip(fields, values, strict=True)
            if (cleaned := _shortened(each, signs.without(value))) != value
        }
        if changed:
            found.append((pk, changed))
    for pk, changed in found:
        _write(model, pk, changed)
    if found:
        label = str(model._meta.verbose_name)
        erased.texts[label] = erased.texts.get(label, 0) + len(found)


def _holds_text(each):
    is_text = isinstance(each, models.CharField | models.TextField | models.JSONField | LinesField)
    if not is_text or each.generated or each.choices:
        return False
    if isinstance(each, models.SlugField):
        return True
    return not each.unique and not isinstance(each, models.FileField | NormalisedField)


def _shortened(each, value):
    if isinstance(each, models.SlugField) and value:
        value = slugify(value)
    longest = getattr(each, "max_length", None)
    return value[:longest] if longest and isinstance(value, str) else value


def _write(model, pk, changed):
    """Derived tables follow a record of ours; a version, or what a library keeps, has none."""
    if not model.__module__.startswith(OURS) or hasattr(model, "history_id"):
        model._base_manager.filter(pk=pk).update(**changed)
        return
    record = model._base_manager.get(pk=pk)
    for name, value in changed.items():
        is_address = isinstance(model._meta.get_field(name), models.SlugField)
        setattr(record, name, "" if is_address else value)  # saving makes another
    if isinstance(record, SEARCHES):
        try:
            record.validate_constraints()
        except ValidationError:
            record.delete()  # it would be asked twice
            return
    record.save()


def _forget_addresses_checked(signs):
    """What a link answered is asked again, of the address that records then name."""
    named = [pk for pk, url in LinkCheck.objects.values_list("pk", "url") if signs.are_in(url)]
    LinkCheck.objects.filter(pk__in=named).delete()


def _clean_mail(signs, erased):
    """Mail that left is erased; what waits for somebody else leaves without the name."""
    for mail in Email.objects.all():
        told = [mail.subject, mail.message, mail.html_message, str(mail.headers), str(mail.context)]
        told = [str(part or "") for part in told]
        if signs.without(told) == told:
            continue
        if mail.status in (STATUS.sent, STATUS.failed):
            erased.mails += erase_mail(Email.objects.filter(pk=mail.pk))
            continue
        mail.subject = signs.without(mail.subject)[:989]
        mail.message = signs.without(mail.message)
        mail.html_message = signs.without(mail.html_message)
        headers = mail.headers or {}
        mail.headers = {
            name: value for name, value in headers.items() if signs.without(value) == value
        }
        mail.context = None
        mail.save()
