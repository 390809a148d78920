"""Set before settings are read: a test run ignores the machine it runs on.

Only DATABASE_URL passes, to run the same suite on PostgreSQL.
"""

import os
from pathlib import Path

os.environ["DEBUG"] = "1"
os.environ["EMAIL_URL"] = "memorymail://"
for _name in ("SECRET_KEY", "ALLOWED_HOSTS", "BEHIND_PROXY", "SECURE_SSL_REDIRECT"):
    os.environ.pop(_name, None)

# WhiteNoise warns when the folder of collected files is missing, and warnings fail.
(Path(__file__).parent.parent / "var" / "static").mkdir(parents=True, exist_ok=True)
