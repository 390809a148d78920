"""All that the site holds of a participant, as plain data: what they may take away."""

from allauth.usersessions.models import UserSession
from django.db.models import Q

from events.models import (
    Appearance,
    Attendance,
    Event,
    Registration,
    RoundTablePerson,
    Verbatim,
)
from initiatives.introductions import of_people
from initiatives.models import Initiative, Introduction
from territories.participants import addresses_of, person_of

from ..alerts.models import Alert
from ..mail.models import Refusal
from ..mail.services import mail_to
from .erasure import written_as
from .models import Proposal
from .sheets import words_of


def export_of(user):
    person, addresses = person_of(user), addresses_of(user)
    return {
        "compte": _account(user),
        "gestion": _work_of(user),
        "personne": person and _person(person),
        "propositions": _proposals(user, addresses),
        "inscriptions": _registrations(addresses),
        "alertes": _alerts(addresses),
        "courriels refusés": _refusals(addresses),
        "courriels": _mail(addresses),
    }


def _account(user):
    return {
        "adresse": user.email,
        "adresses": list(user.emailaddress_set.values_list("email", flat=True)),
        "prénom": user.first_name,
        "nom": user.last_name,
        "ouvert le": user.date_joined.isoformat(),
        "dernière connexion": user.last_login and user.last_login.isoformat(),
        "connexions ouvertes": [
            {
                "navigateur": each.user_agent,
                "adresse IP": each.ip,
                "depuis": each.created_at.isoformat(),
                "vue le": each.last_seen_at.isoformat(),
            }
            for each in UserSession.objects.filter(user=user)
        ],
        "seconds facteurs": [
            {"sorte": each.get_type_display(), "depuis": each.created_at.isoformat()}
            for each in user.authenticator_set.all()
        ],
        "connexion par un autre site": [
            {"site": each.provider, "identifiant": each.uid, "ce qu'il en dit": each.extra_data}
            for each in user.socialaccount_set.all()
        ],
    }


def _work_of(user):
    """What somebody of the team may do, and did: of the records, their kind alone."""
    return {
        "mandats": [
            {
                "rôle": each.get_role_display(),
                "périmètre": str(each.territory or each.network or ""),
                "depuis": each.since and each.since.isoformat(),
                "jusqu'à": each.until and each.until.isoformat(),
            }
            for each in user.mandates.select_related("territory", "network")
        ],
        "recherches gardées": [
            {"nom": each.name, "liste": each.records, "filtre": each.query}
            for each in user.saved_filters.all()
        ],
        "journal": [
            {
                "le": each.action_time.isoformat(),
                "geste": each.get_action_flag_display(),
                "sorte de fiche": each.content_type and each.content_type.name,
            }
            for each in user.logentry_set.select_related("content_type")
        ],
    }


def _proposals(user, addresses):
    # A visitor who has no account signs with an address.
    found = Proposal.objects.filter(Q(user=user) | Q(written_as("email", addresses), user=None))
    return [
        {
            "sorte": each.get_kind_display(),
            "titre": each.title,
            "texte": words_of(each),
            "mot": each.message,
            "nom": each.name,
            "adresse": each.email,
            "état": each.get_state_display(),
            "commentaire": each.comment,
            "le": each.created_at.isoformat(),
        }
        for each in found
    ]


def _registrations(addresses):
    found = Registration.objects.filter(written_as("email", addresses)).select_related("event")
    return [
        {
            "rencontre": each.event.title,
            "nom": each.name,
            "structure": each.organisation,
            "territoire": each.place,
            "besoins particuliers": each.access_needs,
            "état": each.get_status_display(),
            "présence": each.get_presence_display(),
            "accord donné le": each.consented_at and each.consented_at.isoformat(),
            "le": each.created_at.isoformat(),
        }
        for each in found
    ]


def _alerts(addresses):
    return list(Alert.objects.filter(address__in=addresses).values_list("title", flat=True))


def _refusals(addresses):
    return [each.get_topic_display() for each in Refusal.objects.filter(address__in=addresses)]


def _mail(addresses):
    return [
        {"à": address, "objet": each.subject, "le": each.created.isoformat()}
        for address in addresses
        for each in mail_to(address).order_by("created")
    ]


# What the person whom the account is does in the network


def _person(person):
    return {
        "prénom": person.first_name,
        "nom": person.last_name,
        "connue par sa fonction": person.known_as,
        "adresse": person.email,
        "adresse publique": person.email_is_public,
        "téléphone": person.phone,
        "téléphone public": person.phone_is_public,
        "nom retiré": person.attribution_withdrawn,
        "fonctions": _positions(person),
        "appartenances": _belongings(person),
        "réseaux": _memberships(person),
        "contact d'initiatives": list(
            Initiative.objects.filter(contact__person=person).values_list("title", flat=True)
        ),
        "contact de comptes rendus": list(
            Event.objects.filter(recap__contact__person=person).values_list("title", flat=True)
        ),
        "actions suivies": _followed_actions(person),
        "besoins": list(person.needs.values_list("text", flat=True)),
        "offres": list(person.offers.values_list("text", flat=True)),
        "mises en relation": _introductions(person),
        "personnes dont vous ne voulez plus rien recevoir": person.blocks.count(),
        "interrogée sur ses actions le": [
            day.isoformat() for day in person.follow_up_mails.values_list("sent_on", flat=True)
        ],
        "interventions": _appearances(person),
        "présences": _attendances(person),
        "propos": list(Verbatim.objects.filter(person=person).values_list("text", flat=True)),
        "tours de table": _round_tables(person),
    }


def _positions(person):
    return [
        {
            "fonction": each.title,
            "acteur": each.actor and each.actor.name,
            "mandat électif": each.is_elected,
            "depuis": str(each.since),
            "jusqu'à": str(each.until),
        }
        for each in person.positions.select_related("actor")
    ]


def _belongings(person):
    return [
        {
            "acteur": each.actor.name,
            "fonction": each.title,
            "état": each.get_state_display(),
            "commentaire": each.comment,
            "le": each.asked_at.isoformat(),
        }
        for each in person.belongings.select_related("actor")
    ]


def _memberships(person):
    return [
        {
            "réseau": each.network.name,
            "rôle": each.get_role_display(),
            "désignation": each.label,
            "depuis": str(each.since),
            "jusqu'à": str(each.until),
        }
        for each in person.memberships.select_related("network")
    ]


def _followed_actions(person):
    return [
        {
            "action": each.action.title,
            "rôle": each.get_role_display(),
            "engagement": each.commitment,
        }
        for each in person.followed_parties.select_related("action")
    ]


def _introductions(person):
    found = of_people(person).select_related(*Introduction.RECORDS, *Introduction.SIDES)
    return [_said_of(each, person) for each in found]


def _said_of(introduction, person):
    """What the site knows of a person by an introduction; nothing of what the other one said."""
    side = introduction.side_of(person)
    return {
        "besoin, ou ce qui est demandé": str(introduction.subject),
        "ce qui peut y répondre": str(introduction.candidate or ""),
        "message": introduction.message,
        "votre réponse": getattr(introduction, f"get_{side}_answer_display")(),
        "ce que vous en avez dit": getattr(introduction, f"get_{side}_outcome_display")(),
        "le": introduction.created_at.isoformat(),
    }


def _appearances(person):
    found = Appearance.objects.filter(person=person).select_related("event")
    return [{"rencontre": each.event.title, "titre": each.job_title} for each in found]


def _attendances(person):
    found = Attendance.objects.filter(person=person).select_related("event")
    return [{"rencontre": each.event.title, "état": each.get_status_display()} for each in found]


def _round_tables(person):
    found = RoundTablePerson.objects.filter(person=person).select_related("entry__event")
    return [each.entry.event.title for each in found]
