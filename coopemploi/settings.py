"""The one settings file: read from the environment, secure unless DEBUG.

`README.md` lists the variables. A `.env` file at the top of the
checkout is read when present; the environment wins over it.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.FileAwareEnv.read_env(BASE_DIR / ".env")

# Core

DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="insecure-development-key" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY manque : donnez au site une clé à lui, dans l'environnement ou dans .env "
        "(voir docs/exploitation.md), ou DEBUG=1 pour essayer."
    )

# Seal the secrets of second factors: the first seals, the others still open.
SECRETS_KEYS = env.list("SECRETS_KEYS", default=[SECRET_KEY])

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
# Where the site answers, for the links of its mails.
SITE_URL = env.str(
    "SITE_URL",
    default="http://127.0.0.1:8000"
    if DEBUG
    else f"https://{ALLOWED_HOSTS[0] if ALLOWED_HOSTS else 'localhost'}",
)
# Whether `run_due` looks whether the addresses that records name still answer.
CHECK_LINKS = env.bool("CHECK_LINKS", default=not DEBUG)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ROOT_URLCONF = "coopemploi.urls"
WSGI_APPLICATION = "coopemploi.wsgi.application"

# Foundations first: what they register in ready(), such as synonyms, upper apps use.
INSTALLED_APPS = [
    "coopemploi",
    "coopemploi.accounts",
    "coopemploi.identity",
    "coopemploi.sources",
    "coopemploi.vocabulary",
    "coopemploi.search",
    "coopemploi.merging",
    "coopemploi.imports",
    "coopemploi.mail",
    "coopemploi.media",
    "coopemploi.alerts",
    "coopemploi.link_checks",
    "coopemploi.backups",
    "territories",
    "initiatives",
    "events",
    "coopemploi.participation",
    "coopemploi.pages",
    "coopemploi.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "post_office",
    "coopemploi.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "coopemploi.monitoring.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages too; a form's token is masked anew each time, which leaves nothing to guess by size.
    "django.middleware.gzip.GZipMiddleware",
    "coopemploi.public_cache.PublicCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coopemploi.accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coopemploi.merging.middleware.follow_redirections",
    "simple_history.middleware.HistoryRequestMiddleware",
    "coopemploi.browsers.guard_browsers",
]

# Database: SQLite out of the box, PostgreSQL in production

DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'coopemploi.sqlite3'}"
    )
}
# Kept open: opening costs, and SQLite on a full disk is still read as long as it is open.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL and immediate transactions: readers never wait, and two writers queue
    # instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Compiling a query of many parts takes longer than running it: 0,7 s on the home of the admin.
    # What `gathering` asks is prepared, and planned once whatever the values: not behind a
    # pooler that gives each transaction another connection.
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c jit=off -c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan",
        # Seconds: a machine that is off says nothing, and the page should.
        "connect_timeout": 3,
        "prepare_threshold": 0 if env.bool("PREPARED_STATEMENTS", default=True) else None,
        **DATABASES["default"].get("OPTIONS", {}),
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and codes already used: several processes must share them (redis://…)
CACHES = {
    # Django keeps 300 entries unless told: a busy hour would make limits forget whom they count.
    "default": env.cache_url("CACHE_URL", default="locmemcache://?max_entries=20000"),
}
# Whole pages, for visitors: in Redis when there is one, otherwise each process its own.
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    # Seconds: a page waits no longer for a Redis that does not answer.
    CACHES["default"]["OPTIONS"] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        **CACHES["default"].get("OPTIONS", {}),
    }
    CACHES["pages"] = {
        **CACHES["default"],
        "BACKEND": "coopemploi.pages_in_redis.PagesInRedis",
        "KEY_PREFIX": "page",
    }
else:
    CACHES["pages"] = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 1000},  # about 15 kB each
    }
PUBLIC_CACHE = env.bool("PUBLIC_CACHE", default=not DEBUG)

# Templates and forms

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": ["coopemploi.templatetags.french"],
            "loaders": [
                (
                    "coopemploi.templating.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coopemploi.identity.context_processors.identity",
            ],
        },
    },
]
FORM_RENDERER = "coopemploi.forms.FormRenderer"
# A big meeting has hundreds of attendances, each of several fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

FILTERS_EMPTY_CHOICE_LABEL = "Peu importe"

# Language and time

LANGUAGE_CODE = "fr"
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Paris")
USE_I18N = True
FORMAT_MODULE_PATH = "coopemploi.locale"
USE_TZ = True

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "coopemploi.media.storage.FolderStorage"},
    # What is attached to a mail that waits: never served.
    "mail": {
        "BACKEND": "coopemploi.media.storage.FolderStorage",
        "OPTIONS": {"location": BASE_DIR / "var" / "mail"},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "coopemploi.static_storage.BundledStaticFilesStorage"
        )
    },
}
MEDIA_URL = "/fichiers/"
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default=str(BASE_DIR / "var" / "media")))
# The same in a bucket, for several machines: pip install -r requirements/s3.txt
if S3_BUCKET := env.str("S3_BUCKET", default=""):
    _bucket = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.str("S3_ENDPOINT"),
        "region_name": env.str("S3_REGION", default=None),
        "access_key": env.str("S3_ACCESS_KEY"),
        "secret_key": env.str("S3_SECRET_KEY"),
    }
    for _name, _folder in (("default", "media"), ("mail", "mail")):
        STORAGES[_name] = {
            "BACKEND": "coopemploi.media.bucket.BucketStorage",
            "OPTIONS": {**_bucket, "location": _folder},
        }

# Backups: where they are made, and a command that copies each elsewhere

BACKUP_DIR = env.str("BACKUP_DIR", default=str(BASE_DIR / "var" / "backups"))
BACKUP_HOOK = env.str("BACKUP_HOOK", default="")
BACKUP_MAX_AGE_HOURS = env.int("BACKUP_MAX_AGE_HOURS", default=30)

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "coopemploi.accounts.backends.AuthenticationBackend",
    "territories.permissions.MandateBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
ACCOUNT_ADAPTER = "coopemploi.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# Anybody may open an account, with an address alone; False: an administrator gives them.
OPEN_SIGN_UP = env.bool("OPEN_SIGN_UP", default=True)
# The sign-up form asks for no password: one is chosen later, by whoever wants one.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {
    "login": "coopemploi.accounts.forms.LoginForm",
    "reauthenticate": "coopemploi.accounts.forms.ReauthenticateForm",
    "signup": "coopemploi.accounts.forms.SignUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # seconds: the mail goes through a queue
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
# A link received by mail, and the second factor of whoever has one: that is a sign-in.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Who one is, asked again before what opens an account, unless told a moment ago.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
# A second factor given so long ago no more counts for the team, whatever it did since.
STAFF_SESSION_AGE = 12 * 60 * 60  # seconds
MFA_ADAPTER = "coopemploi.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "coopemploi.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "coopemploi.accounts.forms.AuthenticatePasskeyForm",
    "login_webauthn": "coopemploi.accounts.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "coopemploi.accounts.forms.ReauthenticatePasskeyForm",
    "edit_webauthn": "coopemploi.accounts.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# An address must be confirmed to sign in: one more may be added.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey alone signs in: it must ask its owner for a PIN, a finger or a face.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# Another sign-in, by OpenID Connect (ProConnect): nothing but these variables opens it

OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
# Other sites that the provider's sign-in goes through: https://…
OIDC_ORIGINS = env.list("OIDC_ORIGINS", default=[])
if OIDC_SERVER_URL:
    OIDC_ORIGINS.append("{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER_URL)))
SOCIALACCOUNT_ADAPTER = "coopemploi.accounts.adapters.ProviderAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_SERVER_URL:
    # Whether the addresses that the provider gives are surely those of the person.
    OIDC_IS_TRUSTED = env.bool("OIDC_TRUSTED_EMAIL", default=False)
    SOCIALACCOUNT_PROVIDERS["oidc"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="ProConnect"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {
                    "server_url": OIDC_SERVER_URL.rstrip("/"),
                    "scope": env.list("OIDC_SCOPES", default=["openid", "profile", "email"]),
                    "auth_params": env.dict("OIDC_PARAMETERS", default={}),
                    "verified_email": OIDC_IS_TRUSTED,
                    "email_authentication": OIDC_IS_TRUSTED,
                },
            }
        ]
    }

# Mail and background work

EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
# What Django and its libraries send waits in the queue; the worker sends it as EMAIL_URL says.
EMAIL_BACKEND = "coopemploi.mail.backends.QueueBackend"
EMAIL_TIMEOUT = 10  # seconds
POST_OFFICE = {
    "BACKENDS": {"default": EMAIL_CONFIG["EMAIL_BACKEND"]},
    # One by one: a worker that dies has at most one mail to send twice.
    "BATCH_SIZE": 1,
    "THREADS_PER_PROCESS": 1,
    # A day of tries, for a mail server that is down for a night.
    "MAX_RETRIES": 96,
    "RETRY_INTERVAL": timedelta(minutes=15),
    "SENDING_ORDER": ["id"],  # a clock may be set back
    "LOG_LEVEL": 1,
    "FILE_STORAGE": "mail",
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="coopemploi@localhost")
SERVER_EMAIL = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Security

# A proxy that terminates TLS says so in this header; only set it behind one.
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the visitor's address, for rate limits
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^sante/(pret/)?$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "coopemploi.pages.error_views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        # Browsers hold the form that leads to the provider, and where it then redirects, to this.
        "form-action": [SELF, *OIDC_ORIGINS],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Logging: JSON lines in production, without personal data; errors mailed to administrators

ADMINS = [("", address) for address in env.list("ADMINS", default=[])]
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=200)  # told under DEBUG
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "coopemploi.monitoring.logs.JSONFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", **({} if DEBUG else {"formatter": "json"})},
        "errors": {"class": "coopemploi.monitoring.errors.GroupedMailHandler", "level": "ERROR"},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {
        "handlers": ["console", *(["errors"] if ADMINS else [])],
        "level": LOG_LEVEL,
    },
    "loggers": {
        # By ours, that mask what is personal; not by Django's own mail.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["console" if DEBUG else "none"], "propagate": False},
        "coopemploi.access": {"level": "WARNING" if DEBUG else LOG_LEVEL},
        # What draws PDF tells every step, and every rule of style that paper ignores. It
        # sets its own level unless it finds a handler.
        "weasyprint": {"handlers": ["none"], "level": "ERROR"},
        "weasyprint.progress": {"handlers": ["none"], "level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    import sentry_sdk  # pip install sentry-sdk: only for who wants it

    from coopemploi.monitoring.logs import told_outside

    sentry_sdk.init(
        SENTRY_DSN,
        send_default_pii=False,
        max_request_body_size="never",
        # They hold forms, addresses and links that are keys.
        include_local_variables=False,
        before_send=told_outside,
    )
