"""YAML read as it was written: every value keeps its text and its line.

Nothing is guessed from the look of a value: "03" stays "03", "14:30" stays
"14:30". Types come later, from the field that the value is for.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

_NULL = "tag:yaml.org,2002:null"


class Place(NamedTuple):
    file: str
    line: int


class Problem(NamedTuple):
    place: Place
    message: str

    def __str__(self):
        return f"{self.place.file}, ligne {self.place.line} : {self.message}"


class DocumentError(Exception):
    """Documents that cannot be loaded, with everything found wrong in them."""

    def __init__(self, problems):
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Scalar:
    text: str  # "" when nothing is written
    place: Place


@dataclass(frozen=True)
class Items:
    values: list
    place: Place


@dataclass(frozen=True)
class Fields:
    values: dict = field(repr=False)  # key -> (place of the key, value)
    place: Place


def is_empty(node):
    return isinstance(node, Scalar) and not node.text


def parse(path, problems):
    """The Fields of a file; what prevents reading it is added to `problems`."""
    start = Place(path.name, 1)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = "le fichier n'est pas en UTF-8 : enregistrez-le dans cet encodage."
        problems.append(Problem(Place(path.name, line), message))
        return Fields({}, start)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # YAML ends a file without a last line break by a line of its own.
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        problems.append(Problem(Place(path.name, line), _explain(text, line)))
        return Fields({}, start)
    if root is None:
        return Fields({}, start)
    content = _convert(root, path.name, problems, ())
    if not isinstance(content, Fields):
        problems.append(
            Problem(
                content.place, "le fichier doit commencer par des rubriques, comme « acteurs : »."
            )
        )
        return Fields({}, start)
    return content


def _explain(text, line):
    written = text.split("\n")[line - 1]
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "une tabulation sert de retrait : remplacez-la par des espaces."
    return (
        "l'écriture n'est pas comprise à cet endroit : retrait inégal, guillemet non fermé, "
        "ou deux-points dans un texte sans guillemets ?"
    )


def _convert(node, file, problems, parents):
    place = Place(file, node.start_mark.line + 1)
    if any(node is parent for parent in parents):
        problems.append(Problem(place, "une partie du fichier se contient elle-même."))
        return Scalar("", place)
    inside = (*parents, node)
    if isinstance(node, yaml.ScalarNode):
        return Scalar("" if node.tag == _NULL else node.value.strip(), place)
    if isinstance(node, yaml.SequenceNode):
        values = [_convert(item, file, problems, inside) for item in node.value]
        return Items(values, place)
    values = {}
    for key_node, value_node in node.value:
        key_place = Place(file, key_node.start_mark.line + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(key_place, "un nom de champ est attendu ici."))
            continue
        key = comparable(key_node.value)
        if key in values:
            first = values[key][0].line
            problems.append(
                Problem(key_place, f"« {key_node.value} » est déjà écrit à la ligne {first}.")
            )
            continue
        values[key] = (key_place, _convert(value_node, file, problems, inside))
    return Fields(values, place)


def comparable(label):
    """A label or a choice, whatever its capitals and the shape of its apostrophes."""
    return " ".join(label.replace("’", "'").casefold().split())
