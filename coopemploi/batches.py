from itertools import islice

BATCH_SIZE = 900  # SQLite may refuse more parameters in one query


def batches(items, size=BATCH_SIZE):
    """`items` in lists of at most `size`."""
    items = list(items)
    return [items[start : start + size] for start in range(0, len(items), size)]


def batched(items, size=BATCH_SIZE):
    """The same, one list at a time in memory."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch
