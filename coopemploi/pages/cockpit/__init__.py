"""The home page of the admin: what awaits the animateur each morning, panel by panel.

A panel counts exactly the records of the lists it links to: both ask the `follow_up` of the
ModelAdmin. All panels are counted by one query; each then reads five rows at most.
"""

from .home import context

__all__ = ["context"]
