"""Who asks, who is asked, and what each of them does."""

import re

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from territories.models import Mandate
from tests.factories import (
    BelongingFactory,
    IntroductionBlockFactory,
    MandateFactory,
    PersonFactory,
    UserFactory,
)

SEEKER, HELPER = "lea.cherche@example.org", "noe.aide@example.org"
NOW = timezone.now()


def participant(address):
    """Somebody who signed up with the address that the network knows of them."""
    user = UserFactory(email=address)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def animateur(match):
    mandate = MandateFactory(
        role=Mandate.Role.ANIMATEUR, territory=match.need.territories.get(), user__is_staff=True
    )
    return mandate.user


def asked(match, **values):
    return reverse("introduction_add", args=[match.pk]), {"message": "Parlons-en ?", **values}


def sent_to(address):
    return list(Email.objects.filter(to=address).order_by("pk"))


def link_in(email, kind="reponse"):
    return re.search(rf"/mises-en-relation/{kind}/\S+", email.message)[0]


def ask_as_seeker(client, match):
    client.force_login(participant(SEEKER))
    return client.post(*asked(match))


def say(client, address, **data):
    """Answer the last request received, without an account."""
    client.logout()
    return client.post(link_in(sent_to(address)[-1]), {"answer": "accepted", **data}, follow=True)


def member_of(actor, address, **names):
    user = participant(address)
    person = PersonFactory(user=user, email=address, **names)
    BelongingFactory(person=person, actor=actor, state="approved")
    return user


def without_token(text):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def admin_page(record):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def block_who_asks(match):
    IntroductionBlockFactory(by=match.offer.person, blocked=match.need.person)
