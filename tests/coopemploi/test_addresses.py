import pytest
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse

from coopemploi.addresses import address


@pytest.mark.parametrize(
    ("name", "slugs"),
    [("initiative_detail", ["l-ete_2"]), ("territory_detail", ["contrat-de-ville", "dax"])],
)
def test_an_address_is_that_of_its_name(name, slugs):
    assert address(name, *slugs) == reverse(name, args=slugs)
    with override_script_prefix("/reseau/"):
        assert address(name, *slugs) == reverse(name, args=slugs)


@pytest.mark.parametrize("slug", ["", "a/b", "{}", "é"])
def test_what_is_no_slug_has_no_address(slug):
    with pytest.raises(NoReverseMatch):
        address("initiative_detail", slug)
