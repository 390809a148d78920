"""The sheets that production serves in one."""

import pytest
from django.conf import settings

from coopemploi.static_storage import SHEETS, bundled


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_holds_all_that_it_imports(name):
    folder = (settings.BASE_DIR / "static" / name).parent
    sheets = {path.name: path.read_text() for path in folder.glob("*.css")}

    bundle = bundled((settings.BASE_DIR / "static" / name).read_text(), sheets.get)

    assert "@import" not in bundle
    assert sheets["tokens.css"].strip() in bundle


def test_imported_sheet_keeps_its_layer_and_its_media():
    sheet = '@import url("a.css");\n@import url("b.css") layer(print) print;\n'

    bundle = bundled(sheet, {"a.css": "p {}", "b.css": "h1 {}"}.get)

    assert bundle == "p {}\n@media print {\n@layer print {\nh1 {}\n}\n}\n"
