"""The tour de table: read from any table, reviewed, imported, sorted, filled in live."""
