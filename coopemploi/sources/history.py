"""What is kept of every change to sources."""

from ..history.tracking import track
from .models import Source

track(Source)
