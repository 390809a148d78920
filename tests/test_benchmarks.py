import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.parametrize(
    ("name", "asked", "told"),
    [
        ("speed", [], {"names": [], "inside": None, "fresh": False}),
        ("speed", ["accueil", "--processor"], {"names": ["accueil"], "processor": True}),
        ("speed", ["--inside", "pages"], {"names": [], "inside": "pages"}),
        ("scale", [], {"vendors": [], "measure": False}),
        ("scale", ["postgresql", "--fresh"], {"vendors": ["postgresql"], "fresh": True}),
        ("scale", ["--measure"], {"vendors": [], "measure": True}),
    ],
)
def test_benchmark_reads_its_options(name, asked, told, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    given = runpy.run_path(str(BENCHMARKS / f"{name}.py"))["options"](asked)
    assert {option: getattr(given, option) for option in told} == told


@pytest.mark.parametrize("name", ["speed", "scale"])
def test_benchmark_of_nothing_known_is_refused(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    with pytest.raises(SystemExit):
        runpy.run_path(str(BENCHMARKS / f"{name}.py"))["options"](["inconnu"])
    assert "« inconnu »" in capsys.readouterr().err
