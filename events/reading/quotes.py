"""What people said, with who said it."""

import re
from dataclasses import dataclass

from .blocks import HEADING
from .people import CAP, FUNCTION, VERB

_CLOSERS = {"«": "»", "“": "”", "„": "”", '"': '"'}
_NAMING = re.compile(
    r"(?:intitul\w+|opérations?|thème|titre|action|projet|dispositif|appel\w*|baptis\w+|programme|"
    r"atelier|journée|matinée|soirée|webinaire|fonction|posture|slogan|"
    r"groupe de travail|forum|replay)"
    r"[\s:,(\w]{0,22}$",
    re.I,
)
_NAMED_AFTER = re.compile(r"^\s?:?\s?(?:telle?s?\s(?:était|est)|c['’](?:était|est)|qui se )", re.I)
_INCISE = re.compile(rf",\s(?:{VERB})-(?:t-)?(?:il|elle|ils|elles)\s?,?", re.I)


# Somebody whom the text does not name: « une habitante du quartier ».
_SOMEBODY = (
    rf"(?:une?|des|plusieurs|l['’]une? des)\s(?:jeune\s|ancienne?\s)?(?:{FUNCTION}|"
    r"participante?s?\b|bénéficiaires?\b|jeunes?\b|demandeu\w+|employeu\w+|cheffe?s?\b|"
    r"parents?\b|femmes?\b|hommes?\b|personnes?\b)[^:«»“”\"()]{0,50}"
)
_SOMEBODY_BEFORE = re.compile(rf"\s?(?P<who>{_SOMEBODY})\s?:\s?$", re.I)
_SOMEBODY_AFTER = re.compile(rf"\s?[(–—-]\s?(?P<who>{_SOMEBODY})", re.I)
NEAR = 600  # characters
_VERBATIMS = re.compile(r"(?:les |nos |quelques )*(?:verbatims?|citations?|paroles)\b", re.I)


@dataclass
class Quote:
    text: str
    author: str = ""
    start: int = 0
    end: int = 0


def read_quotes(document, people):
    found, last = [], ""
    blocks = [block for block in document.blocks if not block.is_around]
    skip_until = -1
    in_verbatims = False
    for index, block in enumerate(blocks):
        if block.kind == HEADING or block.text.endswith(":"):
            in_verbatims = bool(_VERBATIMS.match(block.text))
        position = max(0, skip_until - block.start)
        for start, end, inner, owner in _spans(blocks, index, position):
            skip_until = max(skip_until, end)
            last_block = blocks[owner]
            # As far as a sentence goes: a line may hold thousands of quotes.
            at, then = start - block.start, end - last_block.start
            before = block.text[max(0, at - NEAR) : at]
            after = last_block.text[then : then + NEAR]
            author, by_verb = _author(people, before, after, blocks, owner, last, block)
            text = _INCISE.sub(",", inner).strip(" ,")
            is_whole = not re.search(r"\w", before + after)
            if not (in_verbatims and is_whole) and not _is_said(
                text, author, by_verb, before, after, block
            ):
                continue
            found.append(Quote(text, author, start, end))
            last = author or last
        if (
            block.kind == "quote"
            and not re.search(r"[«“\"]", block.text)
            and len(block.text.split()) > 4
        ):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            author = ""
            if following and following.kind in {"cite", "caption"}:
                author = next(
                    (p.name for _, _, p in people.mentions(following.text)), following.text
                )
            found.append(Quote(block.text, author, block.start, block.end))
            last = author or last
        elif block.has_dash and not re.search(r"[«“]", block.text):
            said = re.search(rf",\s(?:{VERB})\s(?P<who>{CAP}(?:\s{CAP}){{1,2}})[.,]?", block.text)
            if said and (who := people.mentions(said["who"])):
                text = block.text[: said.start()] + "." + block.text[said.end() :]
                found.append(Quote(text, who[0][2].name, block.start, block.end))
    return found


def _spans(blocks, index, position):
    """(start, end, text, block of the end) of what stands between quotation marks."""
    block = blocks[index]
    text = block.text
    while match := re.compile(r'[«“„]|(?<![\w.])"(?=\S|\s\w)').search(text, position):
        opener = match[0]
        closer = _CLOSERS[opener]
        end = _closing(text, match.end(), opener, closer)
        if end is not None:
            yield (
                block.start + match.start(),
                block.start + end + 1,
                text[match.end() : end].strip(),
                index,
            )
            position = end + 1
            continue
        parts = [text[match.end() :].strip()]
        for following in range(index + 1, min(index + 6, len(blocks))):
            other = blocks[following]
            if (
                opener == '"'
                or other.kind == "heading"
                or (opener == "«" and "»" not in other.text)
            ):
                break
            lead = re.match(r"[«“»]\s?", other.text)
            begin = lead.end() if lead else 0
            end = _closing(other.text, begin, opener, closer)
            parts.append(other.text[begin : end if end is not None else None].strip())
            if end is not None:
                yield block.start + match.start(), other.start + end + 1, " ".join(parts), following
                return
        position = match.end()


def _closing(text, begin, opener, closer):
    depth = 0
    for at in range(begin, min(len(text), begin + 3000)):
        char = text[at]
        if char == opener and opener != '"':
            depth += 1
        elif char == closer:
            if opener == '"' and at + 1 < len(text) and text[at + 1].isalnum():
                continue
            if not depth:
                return at
            depth -= 1
    for other in '”"»':
        if opener != '"' and (at := text.find(other, begin, begin + 3000)) >= 0:
            return at
    return None


def _author(people, before, after, blocks, owner, last, block):
    """(name, whether a verb or a mark says so)."""
    clause = re.split(r"(?<!M)[.!?](?=\s[A-ZÀ-Ý])", after)[0][:160]
    sentence = re.split(r"(?<=[^M])[.!?]\s(?=[A-ZÀ-Ý])|[»”]", before)[-1]
    if re.search(r":\s?$", sentence) and (named := people.mentions(sentence)):
        return named[-1][2].name, True
    named = people.mentions(before)
    nearest = named[-1][2].name if named else last
    if (name := _named_after(people, clause, nearest)) is not None:
        return name, True
    following = blocks[owner + 1] if owner + 1 < len(blocks) else None
    if following and not after.strip(" .") and (name := _named_below(people, following.text)):
        return name, True
    if (name := _named_before(people, sentence, before, last)) is not None:
        return name, True
    spoken = re.match(r"[^.]{0,40}\b(?:lancée?|signée?|prononcée?)\spar\s", after.lstrip(" ."))
    if spoken and (named := people.mentions(after[spoken.end() :][:90])):
        return named[0][2].name, True
    if _INCISE.search(before + after):
        return last, False
    if block.row >= 0 and block.column > 0:
        return people.in_row(block.row), False
    return "", False


def _named_after(people, clause, last):
    """« … », dit-elle ; « … » (Léa Roux); None when nobody is named there."""
    if said := re.match(rf"\s?,?\s?(?:{VERB}|selon|d['’]après)\b", clause):
        rest = clause[said.end() :]
        if re.match(r"-?(?:t-)?(?:il|elle)", rest):
            return last
        if named := people.mentions(rest):
            return named[0][2].name
        if some := re.match(r"\s((?:une?|des|le|la|les)\s[^,.;:]{3,60})", rest):
            return some[1].strip()
    if some := _SOMEBODY_AFTER.match(clause):
        return some["who"].strip()
    if re.match(r"\s?[–—(-]{0,2}\s?\S", clause) and (named := people.mentions(clause)):
        opening = clause[: named[0][0]].replace("Mme", "").replace("M", "")
        if not re.search(r"\w", opening):
            return named[0][2].name
    return None


def _named_below(people, text):
    """The name that begins the next block, when it is a signature."""
    if len(text) >= 120 or re.search(r"[«“\"]|:\s", text):
        return ""
    named = people.mentions(text)
    return named[0][2].name if named and named[0][0] < 5 else ""


def _named_before(people, sentence, before, last):
    """Selon Léa Roux, « … »; elle ajoute : « … »; None when nobody is named there."""
    named = people.mentions(sentence)
    if not named and (some := _SOMEBODY_BEFORE.match(sentence)):
        who = some["who"].strip()
        return who[0].lower() + who[1:]
    if named and (
        re.search(r":\s?$|^\s?(?:Selon|Pour|D['’]après)\s", sentence)
        or re.search(VERB, sentence[named[-1][1] :])
    ):
        return named[-1][2].name
    if re.search(r"\b(?:elle|il)\s\w+\s?:?\s?$", sentence, re.I):
        return last
    if re.search(r":\s?$", before) and sentence.strip(" :"):
        earlier = people.mentions(before)
        if earlier:
            return earlier[-1][2].name
    return None


def _is_said(text, author, by_verb, before, after, block):
    words = len(re.findall(r"\w+", text))
    if _NAMING.search(before) or _NAMED_AFTER.match(after):
        return False
    if by_verb or (block.kind != HEADING and not re.search(r"\w", before + after)):
        return words >= 4
    if _INCISE.search(text):
        return words >= 4
    if block.kind == "heading":
        return False
    sentence = text[:1].isupper() and (text[-1:] in ".!?…" or after[:1] == ".")
    return words >= 6 and sentence
