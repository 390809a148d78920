"""What is kept of every change to the vocabularies and the glossary."""

from ..history.tracking import track
from .models import Audience, GlossaryTerm, Obstacle, Scheme, Sector, Theme

track(Scheme, Theme, Sector, Audience, Obstacle, GlossaryTerm)
