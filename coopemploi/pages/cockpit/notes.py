"""The words of the notes beside the rows of the panels."""


def duration(days):
    """A wait in words: "12 jours", "4 mois", "3 ans"."""
    if days < 60:
        return f"{days} jour{'s' if days > 1 else ''}"
    if days < 730:
        return f"{days // 30} mois"
    return f"{days // 365} ans"


def joined(*parts):
    return " · ".join(part for part in parts if part)
