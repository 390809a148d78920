"""The statement of accessibility, made of what was really checked."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Check:
    """What is known of one of the thirteen themes of the RGAA."""

    theme: str
    tests: tuple = ()  # the names of the tests that check a part of it
    read_over: str = ""  # what a reading of the pages found, and when
    remaining: str = ""  # what nobody has checked
    not_concerned: str = ""  # why the site has nothing of the kind


@cache
def checks():
    return [
        Check(
            theme=row["thème"],
            tests=tuple(row.get("par test", ())),
            read_over=row.get("relu", ""),
            remaining=row.get("reste", ""),
            not_concerned=row.get("sans objet", ""),
        )
        for row in yaml.safe_load(FILE.read_text())
    ]
