"""What is kept of every change to the identity of the site."""

from ..history.tracking import track
from .models import Identity

track(Identity)
