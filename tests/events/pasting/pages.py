"""The page of a pasted text, as a browser sends it."""

from django.urls import reverse

TEXT = """Retour sur l'atelier de Crestville

Le 4 mai 2021, une vingtaine d'élus se sont réunis pour parler de la mobilité dans les vallées.

Projets émergents : Crestville, Bourgneuf.

1. Se déplacer est la première condition du travail

"On ne trouve pas de travail quand on n'a pas de voiture." Lise Armandou

Lise Armandou, maire de Crestville, a ouvert la séance.

Actions :
- Ouvrir un garage solidaire (porteur : la mission locale)

La prochaine rencontre aura lieu en février 2022 à Lyon.
"""


def page(event):
    return reverse("admin:events_event_pasted_recap", args=[event.pk])


def pasted(text=TEXT, **values):
    return {"text": text, "title": "Le blog du réseau", "url": "", "published_on": "", **values}


def sent_again(response, **changes):
    """What the page of proposals sends when nobody changes anything but `changes`."""
    form = response.context["form"]
    data = {**pasted(), "save": "1", **{name: form[name].value() for name in ("text", "once")}}
    for formset in response.context["proposals"].formsets.values():
        for field in formset.management_form:
            data[field.html_name] = field.value()
        for form in formset:
            for field in form:
                value = field.value()
                if value not in (None, False):
                    data[field.html_name] = "on" if value is True else value
    for name, value in changes.items():
        data[name] = value
        if value is None:
            del data[name]
    return data


def propose(client, event, text=TEXT):
    response = client.post(page(event), {**pasted(text), "read": "1"})
    assert response.status_code == 200
    return response


def values(response, kind, *names):
    formset = response.context["proposals"].formsets[kind]
    return [tuple(form[name].value() for name in names) for form in formset]


ACTORS = """Retour sur l'atelier

Landes Mobilité, directrice de Landes Mobilité, a ouvert la séance.

Il y avait 80 personnes réunies, de 3 territoires. Ces 80 personnes engagées ont 3 projets.

Actions :
- Ouvrir un garage (porteur : Landes Mobilité)
- Écrire un guide (avec le conseil départemental)
"""


ABOUT = """Retour sur l'atelier

« Aller vers les habitants » : telle était la thématique choisie.

Lise Armandou, maire de Crestville, a fait le point sur les trajets de la vallée.

On a débattu des freins à l'emploi (problème de mobilités, garde d'enfants, ennui).
"""


ATTENDANCE = """Retour sur l'atelier

Étaient là : Odile Ferrand (mission locale), M. Karim Belloc (maire).
Excusés : la CAF, Paul Orsini

Contact : Lise Armandou, chargée de mission
"""
