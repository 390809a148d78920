"""From a pasted text to an event's records: each proposal kept, mended or dropped."""
