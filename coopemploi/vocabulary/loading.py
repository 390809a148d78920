"""The vocabularies and the glossary that come with the project."""

from pathlib import Path

from ..formats import documents
from ..history.tracking import paused

CONTENT = Path(__file__).parent / "content"


def load_vocabularies():
    """Load the project's vocabularies; return a Report. Raise DocumentError."""
    with paused():
        return documents.load(CONTENT.glob("*.yaml"))
