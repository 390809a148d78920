"""The first values of one proposal, and where it was read."""

ALREADY = "Déjà noté à cette rencontre."
IN_ROUND_TABLE = "Dit dans le tableau : recevez-le plutôt comme tour de table."


def row(reading, proposal, *, already=False, keep=True, note="", **values):
    if keep and reading.is_received_apart(proposal):
        keep, note = False, IN_ROUND_TABLE
    return {
        "keep": keep and not already,
        "note": ALREADY if already else note,
        "excerpt": _around(reading, proposal),
        **values,
    }


def _around(reading, proposal):
    """Where a proposal was read, with the whole words around when it is short."""
    text, start, end = reading.text, proposal.start, proposal.end
    if end - start > 300:
        return text[start : start + 300].rpartition(" ")[0].strip()
    if end - start >= 60:
        return text[start:end].strip()
    line, stop = text.rfind("\n", 0, start) + 1, f"{text}\n".index("\n", end)
    before, after = text[max(line, start - 60) : start], text[end : min(stop, end + 80)]
    if start - 60 > line:
        before = before.partition(" ")[2]
    if end + 80 < stop:
        after = after.rpartition(" ")[0]
    return (before + text[start:end] + after).strip()
