"""One factory a model, published and without surprises."""

import datetime

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from coopemploi.accounts.models import SavedFilter, User
from coopemploi.alerts.models import Alert
from coopemploi.link_checks.models import LinkCheck
from coopemploi.mail.models import Refusal
from coopemploi.merging.models import Distinction, Merge, Redirection
from coopemploi.participation.models import Belonging, Proposal
from coopemploi.publishing import Publishable
from coopemploi.sources.models import Source
from coopemploi.vocabulary.models import (
    Audience,
    GlossaryTerm,
    Obstacle,
    Scheme,
    Sector,
    Theme,
)
from events.models import (
    Action,
    ActionNote,
    ActionParty,
    Appearance,
    Attendance,
    Campaign,
    CampaignFigure,
    Evaluation,
    EvaluationResult,
    Event,
    EventActor,
    EventFigure,
    FollowUpBody,
    FollowUpMail,
    KeyIdea,
    Objective,
    Question,
    Recap,
    RecapDocument,
    RecapLink,
    RecapPicture,
    RecapSection,
    Registration,
    Remark,
    RoundTableBatch,
    RoundTableDraft,
    RoundTableEntry,
    RoundTableItem,
    RoundTablePerson,
    Series,
    Session,
    SpentLink,
    Tally,
    Verbatim,
)
from events.models.news import dates_of, practical_of
from initiatives.models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Introduction,
    IntroductionBlock,
    Involvement,
    Match,
    Need,
    Offer,
    Resource,
    Step,
)
from territories.models import (
    Actor,
    ActorFigure,
    ActorTerritory,
    Composition,
    FormerCode,
    Mandate,
    Network,
    NetworkMembership,
    Person,
    Position,
    StageChange,
    Territory,
    TerritoryFigure,
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@example.org")
    password = factory.django.Password("mot de passe")


class SavedFilterFactory(DjangoModelFactory):
    class Meta:
        model = SavedFilter

    user = factory.SubFactory(UserFactory)
    records = "initiatives.initiative"
    name = factory.Sequence(lambda n: f"Filtre {n}")
    query = "status__exact=draft"


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = Alert

    address = factory.Sequence(lambda n: f"abonne-{n}@example.org")
    path = "/initiatives/"
    title = "Initiatives"


class RefusalFactory(DjangoModelFactory):
    class Meta:
        model = Refusal

    address = factory.Sequence(lambda n: f"adresse-{n}@example.org")
    topic = Refusal.Topic.ALERT


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    title = factory.Sequence(lambda n: f"Document {n}")


class SchemeFactory(DjangoModelFactory):
    class Meta:
        model = Scheme

    name = factory.Sequence(lambda n: f"Dispositif {n}")


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    name = factory.Sequence(lambda n: f"Thématique {n}")


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = Sector

    name = factory.Sequence(lambda n: f"Filière {n}")


class AudienceFactory(DjangoModelFactory):
    class Meta:
        model = Audience

    name = factory.Sequence(lambda n: f"Public {n}")


class ObstacleFactory(DjangoModelFactory):
    class Meta:
        model = Obstacle

    name = factory.Sequence(lambda n: f"Frein {n}")


class GlossaryTermFactory(DjangoModelFactory):
    class Meta:
        model = GlossaryTerm

    term = factory.Sequence(lambda n: f"TERME{n}")
    expansions = factory.LazyAttribute(lambda term: [f"développé de {term.term}"])
    definition = "Une explication en mots simples."


class TerritoryFactory(DjangoModelFactory):
    class Meta:
        model = Territory

    kind = Territory.Kind.COMMUNE
    name = factory.Sequence(lambda n: f"Commune {n}")


class FormerCodeFactory(DjangoModelFactory):
    class Meta:
        model = FormerCode

    territory = factory.SubFactory(TerritoryFactory)
    code = factory.Sequence(lambda n: f"A{n:04}")
    kind = FormerCode.Kind.FORMER


class CompositionFactory(DjangoModelFactory):
    class Meta:
        model = Composition

    whole = factory.SubFactory(TerritoryFactory, kind=Territory.Kind.EPCI)
    part = factory.SubFactory(TerritoryFactory)


class FigureFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    label = factory.Sequence(lambda n: f"choses comptées {n}")
    value = 10


class TerritoryFigureFactory(FigureFactory):
    class Meta:
        model = TerritoryFigure

    territory = factory.SubFactory(TerritoryFactory)


class PublishableFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    status = Publishable.Status.PUBLISHED


class ActorFactory(PublishableFactory):
    class Meta:
        model = Actor

    kind = Actor.Kind.ASSOCIATION
    name = factory.Sequence(lambda n: f"Acteur {n}")


class ActorTerritoryFactory(DjangoModelFactory):
    class Meta:
        model = ActorTerritory

    actor = factory.SubFactory(ActorFactory)
    territory = factory.SubFactory(TerritoryFactory)


class StageChangeFactory(DjangoModelFactory):
    class Meta:
        model = StageChange

    actor = factory.SubFactory(ActorFactory, kind=Actor.Kind.TZCLD)
    stage = StageChange.Stage.EMERGING


class ActorFigureFactory(FigureFactory):
    class Meta:
        model = ActorFigure

    actor = factory.SubFactory(ActorFactory)


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Nom{n}")


class PositionFactory(DjangoModelFactory):
    class Meta:
        model = Position

    person = factory.SubFactory(PersonFactory)
    actor = factory.SubFactory(ActorFactory)
    title = "chargée de mission"


class NetworkFactory(PublishableFactory):
    class Meta:
        model = Network

    kind = Network.Kind.GRAPPE
    name = factory.Sequence(lambda n: f"Grappe {n}")


class NetworkMembershipFactory(DjangoModelFactory):
    class Meta:
        model = NetworkMembership

    network = factory.SubFactory(NetworkFactory)
    actor = factory.SubFactory(ActorFactory)


class InitiativeFactory(PublishableFactory):
    class Meta:
        model = Initiative

    title = factory.Sequence(lambda n: f"Initiative {n}")
    summary = "Un résumé."


class StepFactory(DjangoModelFactory):
    class Meta:
        model = Step

    initiative = factory.SubFactory(InitiativeFactory)
    label = "lancement"


class InvolvementFactory(DjangoModelFactory):
    class Meta:
        model = Involvement

    initiative = factory.SubFactory(InitiativeFactory)
    actor = factory.SubFactory(ActorFactory)
    role = Involvement.Role.CARRIER


class InitiativeFigureFactory(FigureFactory):
    class Meta:
        model = InitiativeFigure

    initiative = factory.SubFactory(InitiativeFactory)


class InitiativeLinkFactory(DjangoModelFactory):
    class Meta:
        model = InitiativeLink

    initiative = factory.SubFactory(InitiativeFactory)
    kind = InitiativeLink.Kind.PAGE
    title = "Une page"
    url = "https://example.org/page"


class NeedFactory(PublishableFactory):
    class Meta:
        model = Need

    text = factory.Sequence(lambda n: f"Besoin {n}")
    kind = Need.Kind.KNOWLEDGE
    actor = factory.SubFactory(ActorFactory)


class OfferFactory(PublishableFactory):
    class Meta:
        model = Offer

    text = factory.Sequence(lambda n: f"Offre {n}")
    kind = Offer.Kind.KNOWLEDGE
    actor = factory.SubFactory(ActorFactory)


class IntroductionFactory(DjangoModelFactory):
    class Meta:
        model = Introduction

    sought_initiative = None
    need = factory.Maybe(
        "sought_initiative", None, factory.SubFactory("tests.factories.NeedFactory")
    )
    initiative = None
    offer = factory.Maybe(
        factory.LazyAttribute(lambda made: made.initiative or made.sought_initiative),
        None,
        factory.SubFactory("tests.factories.OfferFactory"),
    )
    seeker = factory.SubFactory("tests.factories.PersonFactory")
    helper = factory.SubFactory("tests.factories.PersonFactory")
    message = "Pouvons-nous en parler ?"


class IntroductionBlockFactory(DjangoModelFactory):
    class Meta:
        model = IntroductionBlock

    by = factory.SubFactory("tests.factories.PersonFactory")
    blocked = factory.SubFactory("tests.factories.PersonFactory")


class MatchFactory(DjangoModelFactory):
    class Meta:
        model = Match

    need = factory.SubFactory(NeedFactory)
    initiative = None
    offer = factory.Maybe("initiative", None, factory.SubFactory(OfferFactory))
    status = Match.Status.INTRODUCED  # what somebody decided stays; a suggestion is derived


class ResourceFactory(PublishableFactory):
    class Meta:
        model = Resource

    kind = Resource.Kind.GUIDE
    title = factory.Sequence(lambda n: f"Ressource {n}")


class CampaignFactory(PublishableFactory):
    class Meta:
        model = Campaign

    title = factory.Sequence(lambda n: f"Opération {n}")


class CampaignFigureFactory(FigureFactory):
    class Meta:
        model = CampaignFigure

    campaign = factory.SubFactory(CampaignFactory)


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"Série {n}")


class EventFactory(PublishableFactory):
    class Meta:
        model = Event

    kind = Event.Kind.WORKSHOP
    title = factory.Sequence(lambda n: f"Rencontre {n}")


class EventFigureFactory(FigureFactory):
    class Meta:
        model = EventFigure

    event = factory.SubFactory(EventFactory)


class ObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = Objective

    event = factory.SubFactory(EventFactory)
    text = factory.Sequence(lambda n: f"Objectif {n}")


class EventActorFactory(DjangoModelFactory):
    class Meta:
        model = EventActor

    event = factory.SubFactory(EventFactory)
    actor = factory.SubFactory(ActorFactory)
    role = EventActor.Role.ORGANISER


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    event = factory.SubFactory(EventFactory, needs_registration=True)
    name = factory.Sequence(lambda n: f"Sacha Nom{n}")
    email = factory.Sequence(lambda n: f"inscrit-{n}@example.org")
    rank = factory.Sequence(lambda n: n + 1)
    told_start = factory.LazyAttribute(lambda registration: dates_of(registration.event))
    told_practical = factory.LazyAttribute(lambda registration: practical_of(registration.event))


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    event = factory.SubFactory(EventFactory)
    territory = factory.SubFactory(TerritoryFactory)


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    event = factory.SubFactory(EventFactory)
    kind = Session.Kind.WORKSHOP
    title = factory.Sequence(lambda n: f"Séquence {n}")


class AppearanceFactory(DjangoModelFactory):
    class Meta:
        model = Appearance

    event = factory.SubFactory(EventFactory)
    person = factory.SubFactory(PersonFactory)


class RoundTableEntryFactory(DjangoModelFactory):
    class Meta:
        model = RoundTableEntry

    event = factory.SubFactory(EventFactory)
    actor = factory.SubFactory(ActorFactory)


class RoundTablePersonFactory(DjangoModelFactory):
    class Meta:
        model = RoundTablePerson

    entry = factory.SubFactory(RoundTableEntryFactory)
    person = factory.SubFactory(PersonFactory)


class RoundTableItemFactory(DjangoModelFactory):
    class Meta:
        model = RoundTableItem

    entry = factory.SubFactory(RoundTableEntryFactory)
    column = RoundTableItem.Column.DEMARCHE
    text = factory.Sequence(lambda n: f"Élément {n}")


class RoundTableBatchFactory(DjangoModelFactory):
    class Meta:
        model = RoundTableBatch

    event = factory.SubFactory(EventFactory)
    origin = RoundTableBatch.Origin.PASTED


class RoundTableDraftFactory(DjangoModelFactory):
    class Meta:
        model = RoundTableDraft

    batch = factory.SubFactory(RoundTableBatchFactory)
    order = factory.Sequence(lambda n: n + 1)
    data = factory.LazyFunction(
        lambda: {
            "label": "Lise Armandou / Ville de Crest",
            "note": "",
            "lines": [2],
            "doubts": [],
            "people": [{"name": "Lise Armandou", "title": "", "choice": "new", "options": []}],
            "actor": {"name": "Ville de Crest", "kind": "commune", "choice": "new", "options": []},
            "territory": {"name": "", "choice": "none", "options": []},
            "items": [{"column": "need", "text": "Un guide", "horizon": ""}],
        }
    )


class RecapFactory(PublishableFactory):
    class Meta:
        model = Recap

    event = factory.SubFactory(EventFactory)
    standfirst = "Un chapô."


class RecapSectionFactory(DjangoModelFactory):
    class Meta:
        model = RecapSection

    recap = factory.SubFactory(RecapFactory)
    title = factory.Sequence(lambda n: f"Partie {n}")


class RecapLinkFactory(DjangoModelFactory):
    class Meta:
        model = RecapLink

    recap = factory.SubFactory(RecapFactory)
    title = "Une page"
    url = "https://example.org/page"


class RecapPictureFactory(DjangoModelFactory):
    class Meta:
        model = RecapPicture

    recap = factory.SubFactory(RecapFactory)
    alternative = "Des gens autour d'une table."
    small = medium = large = factory.LazyFunction(lambda: ContentFile(b"RIFF", "photo-1.webp"))
    width, height = 1600, 900


class RecapDocumentFactory(DjangoModelFactory):
    class Meta:
        model = RecapDocument

    recap = factory.SubFactory(RecapFactory)
    title = factory.Sequence(lambda n: f"Document {n}")
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7", "document.pdf"))
    media_type = "application/pdf"
    size = 8


class KeyIdeaFactory(DjangoModelFactory):
    class Meta:
        model = KeyIdea

    recap = factory.SubFactory(RecapFactory)
    text = factory.Sequence(lambda n: f"Idée {n}")


class VerbatimFactory(DjangoModelFactory):
    class Meta:
        model = Verbatim

    recap = factory.SubFactory(RecapFactory)
    person = factory.SubFactory(PersonFactory)
    text = factory.Sequence(lambda n: f"Propos {n}")


class FollowUpBodyFactory(DjangoModelFactory):
    class Meta:
        model = FollowUpBody

    name = factory.Sequence(lambda n: f"Comité {n}")


class ActionFactory(PublishableFactory):
    class Meta:
        model = Action

    title = factory.Sequence(lambda n: f"Action {n}")


class ActionPartyFactory(DjangoModelFactory):
    class Meta:
        model = ActionParty

    action = factory.SubFactory(ActionFactory)
    actor = factory.SubFactory(ActorFactory)
    role = ActionParty.Role.CARRIER


class ActionNoteFactory(DjangoModelFactory):
    class Meta:
        model = ActionNote

    action = factory.SubFactory(ActionFactory)
    text = "Des nouvelles."


class EvaluationResultFactory(FigureFactory):
    class Meta:
        model = EvaluationResult

    event = factory.SubFactory(EventFactory)
    unit = "%"


class EvaluationFactory(DjangoModelFactory):
    class Meta:
        model = Evaluation

    event = factory.SubFactory(EventFactory)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    evaluation = factory.SubFactory(EvaluationFactory)
    kind = Question.Kind.YES_NO
    text = factory.Sequence(lambda n: f"Question {n}")


class TallyFactory(DjangoModelFactory):
    class Meta:
        model = Tally

    question = factory.SubFactory(QuestionFactory)
    value = "oui"
    count = 1


class RemarkFactory(DjangoModelFactory):
    class Meta:
        model = Remark

    question = factory.SubFactory(QuestionFactory, kind=Question.Kind.FREE_TEXT)
    text = "Une remarque."


class SpentLinkFactory(DjangoModelFactory):
    class Meta:
        model = SpentLink

    evaluation = factory.SubFactory(EvaluationFactory)
    digest = factory.Sequence(lambda n: f"{n:064}")


class FollowUpMailFactory(DjangoModelFactory):
    class Meta:
        model = FollowUpMail

    person = factory.SubFactory(PersonFactory)
    sent_on = datetime.date(2026, 1, 5)


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = Mandate

    user = factory.SubFactory(UserFactory, is_staff=True)
    role = Mandate.Role.ANIMATEUR
    territory = factory.SubFactory(TerritoryFactory)


class MergeFactory(DjangoModelFactory):
    class Meta:
        model = Merge

    model = "territories.actor"
    survivor_id = 1
    loser_id = factory.Sequence(lambda n: 1000 + n)
    survivor_name = "Acteur gardé"
    loser_name = factory.Sequence(lambda n: f"Acteur fondu {n}")


class RedirectionFactory(DjangoModelFactory):
    class Meta:
        model = Redirection

    model = "territories.actor"
    slug = factory.Sequence(lambda n: f"ancien-{n}")
    object_id = 1


class DistinctionFactory(DjangoModelFactory):
    class Meta:
        model = Distinction

    model = "territories.actor"
    first_id = 1
    second_id = factory.Sequence(lambda n: 1000 + n)
    names = factory.Sequence(lambda n: f"« Acteur » et « Acteur {n} »")


class LinkCheckFactory(DjangoModelFactory):
    class Meta:
        model = LinkCheck

    url = factory.Sequence(lambda n: f"https://example.org/{n}")


class BelongingFactory(DjangoModelFactory):
    class Meta:
        model = Belonging

    person = factory.SubFactory(PersonFactory)
    actor = factory.SubFactory(ActorFactory)


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = Proposal

    kind = Proposal.Kind.NEED
    title = factory.Sequence(lambda n: f"Proposition {n}")
    values = {"text": "Un besoin proposé", "details": "", "kind": "knowledge"}
    name = "Camille Exemple"
    email = "camille@example.org"
