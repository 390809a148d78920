"""Set before settings are read: a test run ignores the machine it runs on.

Only DATABASE_URL passes, to run the same suite on PostgreSQL.
"""

import gc
import os

# As `wsgi.py` and `manage.py` do.
gc.set_threshold(20_000, 20, 20)
os.environ["DEBUG"] = "1"
os.environ["EMAIL_URL"] = "memorymail://"
for _name in ("SECRET_KEY", "ALLOWED_HOSTS", "BEHIND_PROXY", "SECURE_SSL_REDIRECT"):
    os.environ.pop(_name, None)
