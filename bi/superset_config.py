"""How Superset runs for `make superset`; Superset reads this file by itself.

Where it keeps what (SUPERSET_HOME) and its key (SUPERSET_SECRET_KEY) come from the environment.
"""

from superset.config import TALISMAN_CONFIG

# Nothing is loaded from elsewhere: no maps, and no picture that counts readers.
TALISMAN_CONFIG["content_security_policy"] |= {
    "img-src": ["'self'", "blob:", "data:"],
    "connect-src": ["'self'"],
}
# In the memory of one process that listens to this machine alone.
RATELIMIT_STORAGE_URI = "memory://"
