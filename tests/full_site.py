"""A site with something in every part of every page, and nobody real."""

import datetime

from coopemploi.dates import PartialDate
from tests import factories as made


def fill():
    """One record of each kind, all linked; {name: record}."""
    landes = made.TerritoryFactory(name="Landes", kind="departement", code="40")
    dax = made.TerritoryFactory(name="Dax", kind="commune", code="40088", population=20000)
    made.CompositionFactory(whole=landes, part=dax)
    made.TerritoryFigureFactory(territory=dax)
    scheme = made.SchemeFactory()
    theme = made.ThemeFactory()
    term = made.GlossaryTermFactory(scheme=scheme)
    actor = made.ActorFactory()
    partner = made.ActorFactory()
    for one in (actor, partner):
        made.ActorTerritoryFactory(actor=one, territory=dax)
    made.StageChangeFactory(actor=actor)
    made.ActorFigureFactory(actor=actor)
    network = made.NetworkFactory(territory=landes)
    made.NetworkMembershipFactory(network=network, actor=actor)
    initiative = made.InitiativeFactory(
        summary="Ce que fait cette initiative d'essai.",
        body="Un paragraphe.",
        worked="Ce qui a marché.",
        did_not_work="Ce qui n'a pas marché.",
        how_to_redo="Ce qu'il faut.",
    )
    initiative.territories.add(dax)
    initiative.schemes.add(scheme)
    initiative.themes.add(theme)
    initiative.obstacles.add(made.ObstacleFactory())
    made.InvolvementFactory(initiative=initiative, actor=actor, role="carrier")
    made.InvolvementFactory(initiative=initiative, actor=partner, role="partner")
    made.StepFactory(initiative=initiative)
    made.InitiativeFigureFactory(initiative=initiative)
    made.InitiativeLinkFactory(initiative=initiative)
    need = made.NeedFactory(actor=actor)
    offer = made.OfferFactory(actor=partner)
    for exchange in (need, offer):
        exchange.territories.add(dax)
        exchange.themes.add(theme)
    resource = made.ResourceFactory()
    campaign = made.CampaignFactory()
    made.CampaignFigureFactory(campaign=campaign)
    event = made.EventFactory(town=dax, campaign=campaign, network=network, start=past(30))
    event.territories.add(dax)
    event.themes.add(theme)
    made.EventFigureFactory(event=event)
    made.ObjectiveFactory(event=event)
    made.EventActorFactory(event=event, actor=actor)
    made.AttendanceFactory(event=event, territory=dax)
    session = made.SessionFactory(event=event)
    made.AppearanceFactory(event=event, session=session)
    entry = made.RoundTableEntryFactory(event=event)
    made.RoundTableItemFactory(entry=entry)
    recap = made.RecapFactory(event=event, standfirst="Ce que l'on retient.")
    made.RecapSectionFactory(recap=recap)
    made.RecapLinkFactory(recap=recap)
    idea = made.KeyIdeaFactory(recap=recap)
    made.VerbatimFactory(recap=recap, key_idea=idea)
    made.EvaluationResultFactory(event=event)
    body = made.FollowUpBodyFactory()
    action = made.ActionFactory(session=session, follow_up_body=body)
    made.ActionPartyFactory(action=action)
    made.ActionNoteFactory(action=action)
    coming = made.EventFactory(town=dax, start=past(-30))
    series = made.EventFactory(town=dax, series=made.SeriesFactory()).series
    return {
        "action_detail": action,
        "actor_detail": actor,
        "campaign_detail": campaign,
        "event_detail": event,
        "coming": coming,
        "follow_up_body_detail": body,
        "glossary_term": term,
        "initiative_detail": initiative,
        "need_detail": need,
        "network_detail": network,
        "offer_detail": offer,
        "resource_detail": resource,
        "series_detail": series,
        "territory_detail": dax,
    }


def past(days):
    return PartialDate.day(datetime.date.today() - datetime.timedelta(days=days))
