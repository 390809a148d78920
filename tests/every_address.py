"""Every address of the site, with a record behind each, and the forms that its pages send.

The content is that of `full_site`, which lies in the Landes; who may do what to it depends on
where the mandate of a role is.
"""

import datetime
import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from coopemploi.alerts import services as alerts
from coopemploi.derived import registry
from coopemploi.history.tracking import records_of
from coopemploi.imports.models import ImportBatch
from coopemploi.mail.services import STOP
from coopemploi.merging.merge import merge
from events import follow_up, registrations
from events.evaluations.services import anonymous_links
from events.models import ActionParty
from events.round_tables import live
from initiatives import ageing, introductions
from territories.models import Mandate, Network, Person, Territory
from tests import factories as made
from tests.full_site import fill

Role = Mandate.Role
# With a mandate on the territory where the content lies, or on another.
PERIMETERS = {
    "contributor": (Role.CONTRIBUTOR, "here"),
    "contributor elsewhere": (Role.CONTRIBUTOR, "elsewhere"),
    "animateur": (Role.ANIMATEUR, "here"),
    "animateur elsewhere": (Role.ANIMATEUR, "elsewhere"),
}
ROLES = ("anonymous", "participant", "reader", *PERIMETERS, "national")
FACTORIES = {
    factory._meta.model: factory
    for factory in vars(made).values()
    if isinstance(factory, type)
    and issubclass(factory, made.DjangoModelFactory)
    and factory._meta.model
}
ROUTE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


class Content:
    """A whole site, and somebody of each role."""

    def __init__(self):
        self.records = fill()
        self.landes = Territory.objects.get(name="Landes")
        self.actor = self.records["actor_detail"]
        self.people = {"anonymous": None, "participant": self._participant()}
        self.people["reader"] = self._mandated(Role.READER)
        elsewhere = made.TerritoryFactory(name="Gers", kind="departement", code="32")
        for role, (kind, where) in PERIMETERS.items():
            place = self.landes if where == "here" else elsewhere
            self.people[role] = self._mandated(kind, territory=place)
        self.people["national"] = self._mandated(Role.NATIONAL)
        self.root = made.UserFactory(is_staff=True, is_superuser=True)
        self.merge = merge(made.ActorFactory(), made.ActorFactory())
        self.keys, self.others, self.gone = {}, {}, {}
        self._follow_up()
        for model in admin.site._registry:
            self._fill(model)
        for person in Person.objects.filter(positions=None):
            made.PositionFactory(person=person, actor=self.actor)
        for name in ("action_detail", "campaign_detail"):
            self.records[name].territories.add(self.landes)
        self.records["resource_detail"].actor = self.actor
        self.records["resource_detail"].save()
        registry.flush()

    def _participant(self):
        user = made.UserFactory(email="participante@example.org")
        person = made.PersonFactory(user=user, email=user.email)
        made.BelongingFactory(person=person, actor=self.actor, state="approved")
        return user

    def _mandated(self, role, territory=None):
        user = made.UserFactory(is_staff=True)
        Mandate.objects.create(user=user, role=role, territory=territory)
        return user

    def _fill(self, model):
        """A record to show, another beside it, and one in the bin."""
        found = model._base_manager.order_by("pk")
        for _ in range(2 - found.count() if model in FACTORIES else 0):
            FACTORIES[model](**self._here(model))
        shown = next((each for each in self.records.values() if type(each) is model), None)
        first = shown or found.first()
        self.keys[model] = first and first.pk
        self.others[model] = found.exclude(pk=self.keys[model]).values_list("pk", flat=True).first()
        if records_of(model) and model in FACTORIES and model not in (Network, Territory):
            dropped = FACTORIES[model](**self._here(model))
            if hasattr(dropped, "territories"):
                dropped.territories.set([self.landes])
            if model is Person:
                made.PositionFactory(person=dropped, actor=self.actor)
            key = dropped.pk
            dropped.delete()
            versions = records_of(model).versions.objects.filter(id=key, history_type="-")
            self.gone[model] = versions.values_list("pk", flat=True).first()

    def _here(self, model):
        """What makes a record lie in the Landes."""
        parents = {
            "event": made.EventFactory(town=self.records["territory_detail"]),
            "actor": self.actor,
            "campaign": self.records["campaign_detail"],
            "action": self.records["action_detail"],
        }
        names = {field.name for field in model._meta.fields}
        return {name: parent for name, parent in parents.items() if name in names}

    def _follow_up(self):
        event = self.records["coming"]
        event.needs_registration = True
        event.save()
        registered = made.RegistrationFactory(event=event)
        batch = live.open_form(event=event, user=self.people["animateur"])
        draft = made.RoundTableDraftFactory(batch=batch)
        self.batch, self.draft = batch, draft
        evaluation = made.EvaluationFactory(event=self.records["event_detail"], is_open=True)
        made.QuestionFactory(evaluation=evaluation)
        person = Person.objects.get(email="participante@example.org")
        introduction = made.IntroductionFactory(
            need=self.records["need_detail"], offer=self.records["offer_detail"], seeker=person
        )
        told = made.IntroductionFactory(
            need=self.records["need_detail"],
            seeker_answer="accepted",
            helper_answer="accepted",
            introduced_at=timezone.now() - datetime.timedelta(days=31),
        )
        body = self.records["follow_up_body_detail"]
        body.territory = self.landes
        body.save()
        party = ActionParty.objects.filter(action=self.records["action_detail"]).first()
        party.contact = person
        party.save()
        alert = made.AlertFactory()
        self.belonging = made.BelongingFactory(actor=self.actor)
        self.proposal = made.ProposalFactory(user=self.people["participant"])
        self.proposal.territories.add(self.landes)  # of no place, whoever animates reads it
        self.joined = made.ActorFactory(name="Un acteur à rejoindre")
        self.tokens = {
            "alert_confirm": alerts.CONFIRM.sign([alert.pk, "weekly"]),
            "alert_manage": alerts.MANAGE.sign(alert.address),
            "registration_manage": registrations.MANAGE.sign(registered.pk),
            "round_table_fill": live.FILL.sign(batch.pk),
            "round_table_screen": live.FILL.sign(batch.pk),
            "round_table_mine": live.MINE.sign(draft.pk),
            "mail_stop": STOP.sign(["arret@example.org", "alert"]),
            "exchange_still_needed": ageing.token_of(self.records["need_detail"]),
            "action_answer": follow_up.ANSWER.sign([party.pk, person.pk]),
            "evaluation_answer": urlsplit(anonymous_links(evaluation, 1)[0]).path.split("/")[-2],
            "introduction_answer": introductions.ANSWER.sign([introduction.pk, "helper"]),
            "introduction_outcome": introductions.OUTCOME.sign([told.pk, "seeker"]),
        }
        self.pair = self.records["need_detail"].matches.first() or made.MatchFactory()

    def addresses(self):
        """(name, address) of every address."""
        return list(_addresses(self, get_resolver().url_patterns))

    def values(self, name, model):
        """What the route of an address holds, by the name of each part."""
        if model is None:
            return self.public_values(name)
        keys = {"object_id": self.keys.get(model), "id": self.keys.get(model)}
        version = self.version_of(model)
        keys |= {
            "first": keys["id"],
            "second": self.others.get(model),
            "model_name": model._meta.model_name,
            "version_id": self.gone.get(model) if "recover" in name else version and version.pk,
            "key": version.operation if version else "00000000-0000-4000-8000-000000000000",
            "extension": "csv",
            "event_pk": self.batch.event_id,
            "event": self.batch.event_id,
            "batch_pk": self.batch.pk,
            "draft_pk": self.draft.pk,
            "pk": keys["id"],
        }
        if "import_" in name:
            keys["pk"] = self.import_of(model)
        if "_filter" in name:
            keys["pk"] = made.SavedFilterFactory(user=self.root, records=model._meta.label_lower).pk
        if name == "admin:merging_merge_undo":
            keys["pk"] = self.merge.pk
        return keys

    def version_of(self, model):
        records = records_of(model)
        versions = records and records.versions.objects.filter(id=self.keys[model])
        return versions.order_by("-history_id").first() if versions else None

    def import_of(self, model):
        batch, _ = ImportBatch.objects.get_or_create(
            user=self.root,
            model=model._meta.label,
            defaults={
                "file_name": "fichier.csv",
                "headers_key": "x",
                "table": {"headers": ["nom"], "rows": [[2, ["Un nom"]]]},
                "mapping": [""],
            },
        )
        return batch.pk

    def public_values(self, name):
        if name in self.tokens:
            return {"token": self.tokens[name]}
        if name == "territory_detail":
            path = self.records[name].get_absolute_url().strip("/").split("/")
            return {"kind": path[-2], "slug": path[-1]}
        if name in self.records:
            return {"slug": self.records[name].slug}
        if name == "introduction_ask":
            return {"kind": "offre", "slug": self.records["offer_detail"].slug}
        return {
            "slug": self.joined.slug if "belonging" in name else self.records["coming"].slug,
            "section": "pages",
            "name": "absent.pdf",
            "size": 192,
            "kind": "initiative",
            "pk": {
                "introduction_add": self.pair.pk,
                "belonging_decide": self.belonging.pk,
                "proposal_mine": self.proposal.pk,
                "proposal_edit": self.records["initiative_detail"].pk,
            }.get(name, 1),
            "uidb36": "1",
            "key": "absente",
            "app_label": "events",
            "url": "absente",
            "content_type_id": 1,
            "object_id": 1,
        }


def _addresses(content, patterns, prefix="/", namespaces=()):
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if not isinstance(pattern, URLPattern):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _addresses(content, pattern.url_patterns, route, inner)
            continue
        name = ":".join((*namespaces, pattern.name or ""))
        yield name, address_of(content, name, route)


def address_of(content, name, route):
    values = content.values(name, model_of(route))
    return ROUTE.sub(lambda found: str(values[found[1] or found[2]]), route).rstrip("$")


def model_of(route):
    """The model whose admin an address belongs to, None for the others."""
    parts = route.strip("/").split("/")
    if parts[0] != "admin" or len(parts) < 3:
        return None
    for model in admin.site._registry:
        if (model._meta.app_label, model._meta.model_name) == (parts[1], parts[2]):
            return model
    return None


def forms_of(response, address):
    """What each form of a page sends to the site as it stands: (address, data) pairs."""
    if not response.get("Content-Type", "").startswith("text/html") or response.streaming:
        return
    for form in BeautifulSoup(response.content, "html.parser").select("form[method=post i]"):
        target = urlsplit(urljoin(address, form.get("action") or address))
        if target.netloc or target.path in (reverse("account_logout"), reverse("admin:logout")):
            continue
        data = data_of(form)
        where = f"{target.path}?{target.query}" if target.query else target.path
        selected = [box["value"] for box in form.select("input[name=_selected_action]")]
        for option in form.select("select[name=action] option[value]"):
            if option["value"] and selected:
                yield (
                    where,
                    {
                        **data,
                        "action": option["value"],
                        "_selected_action": selected,
                        "confirmed": "oui",
                        "post": "yes",
                    },
                )
        yield where, data


def data_of(form):
    data = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        kind = field.get("type", "")
        if field.has_attr("disabled") or kind in ("submit", "file", "image"):
            continue
        if field.name == "select":
            values = [each.get("value", "") for each in field.select("option[selected]")]
        elif field.name == "textarea":
            values = [field.text.removeprefix("\n")]
        elif kind in ("checkbox", "radio"):
            values = [field.get("value", "on")] if field.has_attr("checked") else []
        else:
            values = [field.get("value", "")]
        data.setdefault(field["name"], []).extend(values)
    button = form.select_one("input[type=submit][name], button[name]")
    if button is not None:
        data.setdefault(button["name"], []).append(button.get("value", ""))
    data.pop("csrfmiddlewaretoken", None)
    return data
