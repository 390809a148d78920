from collections import Counter

import pytest

from territories import referential
from territories.models import Containment, FormerCode, Territory

Kind = Territory.Kind


@pytest.mark.django_db
def test_shipped_referential_is_loaded_whole():
    """Loading takes seconds: everything that needs the real files is checked here."""
    referential.load()

    kinds = Counter(Territory.objects.order_by().values_list("kind", flat=True))
    assert kinds == {
        Kind.REGION: 18,
        Kind.DEPARTEMENT: 101,
        Kind.COM: 8,
        Kind.ARRONDISSEMENT: 333,
        Kind.EPCI: 1255,
        Kind.EPT: 11,
        Kind.COMMUNE: 34969,
    }
    assert FormerCode.objects.count() == 4795

    get, inside = Territory.objects.get_by_reference, Territory.objects.inside
    grand_angouleme = get("epci:200071827")
    communes = inside(grand_angouleme).filter(kind=Kind.COMMUNE)
    assert communes.count() == 38
    assert {get("commune:16015"), get("commune:16374")} <= set(communes)
    assert containers(grand_angouleme, partial=False) == {
        "arrondissement:161",
        "departement:16",
        "region:75",
    }
    assert inside(get("departement:16")).filter(kind=Kind.COMMUNE).count() == 359

    # The Redon agglomeration stands on three départements and two regions.
    redon = get("epci:243500741")
    departements = {"departement:35", "departement:44", "departement:56"}
    assert containers(redon, partial=True) >= departements | {"region:52", "region:53"}
    assert containers(redon, partial=False) == set()
    guemene = get("commune:44067")
    assert guemene in inside(redon)
    assert containers(guemene, partial=False) & departements == {"departement:44"}
    assert containers(get("departement:44"), partial=False) == {"region:52"}

    lyon_3e = get("commune:69383")
    assert lyon_3e == get("commune:69123")
    assert (
        str(Territory.objects.matching("puy en velay").filter(kind=Kind.COMMUNE).get())
        == "Le Puy-en-Velay"
    )


def containers(territory, partial):
    rows = Containment.objects.filter(contained=territory, partial=partial)
    return {row.container.reference for row in rows.exclude(container=territory)}
