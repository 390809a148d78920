"""A column of a file that says several of ours at once: « Nom et prénom »."""


class Compound:
    """What splits such a column, for the tables that have none."""

    name = ""  # as the mapping of a file has it
    label = ""
    synonyms = ()
    parts = ()  # the names of the columns that it says, the one that names a record first

    def split(self, text, header):
        """({name of a part: its text}, how it was read). Raise ValueError, in French."""
        raise NotImplementedError

    def is_said(self, header, texts):
        """Whether a column headed as its first part says the others too, from its cells."""
        return False
