"""The web addresses that a recap gives, with what it calls each."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[^\s<>«»“”\"'()\[\]{}|\\^`]{3,490}")
_SHARING = re.compile(
    r"https?://(?:[\w-]+\.)?(?:facebook|twitter|x|linkedin|pinterest|addtoany|whatsapp)\.\w+/"
    r"(?:share|sharer|intent|sharing|add_to|pin)",
    re.I,
)
_REPLAY = re.compile(r"\b(?:replay|(?:re)?visionn|revoir|revoyez|rediffusion)", re.I)
LONGEST = 500


@dataclass
class Link:
    url: str
    title: str
    is_replay: bool = False
    start: int = 0
    end: int = 0


def read_links(document):
    """Each address once: those written in the text, then those of the links of a page."""
    found = {}
    for block in document.blocks:
        for match in _ADDRESS.finditer(block.text):
            url = match[0].rstrip(".,;:!?")
            said = block.text[max(0, match.start() - 200) : match.start()].strip(" :–—-\t")
            start = block.start + match.start()
            _keep(found, url, said or url, said, start, start + len(url))
    for title, url in document.links:
        _keep(found, url, title, title, 0, 0)
    return list(found.values())


def _keep(found, url, title, around, start, end):
    if url not in found and len(url) <= LONGEST and not _SHARING.match(url):
        found[url] = Link(url, title[-200:].strip(), bool(_REPLAY.search(around)), start, end)
