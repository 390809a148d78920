"""What a new site waits for, on the home page of its admin: each step, and whether it is done.

The steps go once the perimeter of who reads them has an initiative and a meeting that visitors
see, and, for who answers for the site, once it says what the law asks.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.contrib import admin
from django.db.models import Exists, Model

from events.models import Event
from initiatives.models import Initiative
from territories.models import Actor, Network

from ..accounts.models import User
from ..identity.models import Identity
from ..permissions import editing_rule
from ..publishing import Publishable
from .cockpit.panel import admin_url, editable

# What `templates/pages/legal_notice.html` and `privacy.html` say of who publishes the site.
LEGAL = (
    "publisher",
    "publication_director",
    "host",
    "contact_email",
    "data_protection_contact",
)


@dataclass(frozen=True)
class Content:
    """What the site is to hold, and how it comes in."""

    model: type[Model]
    label: str
    hint: str
    adding: str

    def links(self, request):
        model_admin = admin.site.get_model_admin(self.model)
        if hasattr(model_admin, "importation") and model_admin.has_import_permission(request):
            named = self.model._meta.verbose_name_plural
            yield f"Importer un tableau : {named}", model_admin.import_url("import")
        yield self.adding, admin_url(self.model, "add")


class Held(NamedTuple):
    any: bool
    drafts: bool
    published: bool


CONTENTS = [
    Content(
        Network,
        "Dire qui vous êtes",
        "Votre réseau ou votre grappe : son territoire, qui l'anime, ses membres.",
        "Décrire le réseau",
    ),
    Content(
        Actor,
        "Faire entrer vos acteurs",
        "Collectivités, associations, services de l'emploi : votre tableau convient tel quel.",
        "Ajouter un acteur",
    ),
    Content(
        Initiative,
        "Faire connaître ce qui se fait",
        "Les initiatives, avec qui les porte et où.",
        "Décrire une initiative",
    ),
    Content(
        Event,
        "Noter une rencontre",
        "À venir, on s'y inscrira ; passée, collez-y son compte rendu : choisissez ce qui en est "
        "repris.",
        "Noter une rencontre",
    ),
]


def context(request):
    """The steps, in their order; none once the site has begun."""
    models = [content.model for content in CONTENTS if _may_add(request, content.model)]
    legal = list(_legal_steps(request))
    held = _held(request.user, models)
    has_begun = all(held[model].published for model in (Initiative, Event) if model in held)
    if has_begun and all(step["is_done"] for step in legal):
        return {}
    return {
        "getting_started": [
            *legal,
            *_team_steps(request),
            *(
                _step(content.label, content.hint, content.links(request), held[content.model].any)
                for content in CONTENTS
                if content.model in held
            ),
            *_publishing_steps(request, held),
        ]
    }


def _may_add(request, model):
    return admin.site.get_model_admin(model).has_add_permission(request)


def _held(user, models):
    """{model: what the perimeter of `user` has of it}, by one query."""
    if not models:
        return {}
    asked = [
        Exists(editable(records, user))
        for model in models
        for records in (
            model.objects.all(),
            model.objects.filter(status=Publishable.Status.DRAFT),
            model.objects.published(),
        )
    ]
    [found] = User.objects.filter(pk=user.pk).values_list(*asked)
    states = zip(found[::3], found[1::3], found[2::3], strict=True)
    return {model: Held(*each) for model, each in zip(models, states, strict=True)}


def _legal_steps(request):
    identity_admin = admin.site.get_model_admin(Identity)
    if identity_admin.has_change_permission(request):
        identity = Identity.current()
        yield _step(
            "Dire qui publie le site",
            "Éditeur, hébergeur, contacts : la loi les demande, les pages légales les montrent.",
            [("Compléter l'identité du site", admin_url(Identity, "changelist"))],
            all(getattr(identity, field) for field in LEGAL),
        )


def _team_steps(request):
    if _may_add(request, User):
        yield _step(
            "Inviter l'équipe",
            "Chacun reçoit un lien pour choisir son mot de passe ; son mandat dit où il anime.",
            [("Inviter quelqu'un", admin_url(User, "add"))],
            User.objects.filter(is_staff=True, is_active=True).exclude(pk=request.user.pk).exists(),
        )


def _publishing_steps(request, held):
    """What is imported or described is a draft: without this, visitors would see nothing."""
    if not editing_rule().can_publish(request.user):
        return
    links = [
        (
            f"Publier des brouillons : {model._meta.verbose_name_plural}",
            f"{admin_url(model, 'changelist')}?status__exact={Publishable.Status.DRAFT}",
        )
        for model, each in held.items()
        if each.drafts
    ]
    if links:
        yield _step(
            "Publier ce qui est prêt",
            "Vos brouillons ne se voient pas sur le site. Dans la liste, cochez-les, puis "
            "choisissez « Publier la sélection ».",
            links,
            False,
        )


def _step(label, hint, links, is_done):
    return {"label": label, "hint": hint, "links": list(links), "is_done": is_done}
