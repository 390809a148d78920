"""What Django writes of hours in the admin, as our pages do."""

TIME_FORMAT = "G\N{NO-BREAK SPACE}\\h\N{NO-BREAK SPACE}i"
DATETIME_FORMAT = f"j F Y à {TIME_FORMAT}"
