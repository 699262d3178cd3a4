"""Settings: values only; importing this module starts nothing and writes nothing.

Everything an operator may set is read here from the environment; `docs/operating.md` lists the names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.env import Environment, celery_broker
from electioncenters.languages import LANGUAGES as PORTAL_LANGUAGES

BASE_DIR = Path(__file__).resolve().parent.parent

_env = Environment(os.environ)
_embedded = EmbeddedPaths.for_checkout(BASE_DIR)

ENVIRONMENT = _env.choice("ENVIRONMENT", ("development", "production"), "development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = _env.flag("DEBUG", default=False)


def _required_in_production(development_default: str) -> str | None:
    """No default in production: there a missing value is reported instead."""
    return None if PRODUCTION else development_default


SECRET_KEY = _env.text("SECRET_KEY", _required_in_production("development-only-" + "x" * 48))
# What was signed or encrypted with these is still read; new things are signed with SECRET_KEY.
SECRET_KEY_FALLBACKS = _env.names("SECRET_KEY_FALLBACKS", "")
ALLOWED_HOSTS = _env.names("ALLOWED_HOSTS", _required_in_production("*"))
PUBLIC_URL = _env.text("PUBLIC_URL", _required_in_production("http://localhost:8000")).rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES: dict[str, Any] = {
    "default": _env.database("DATABASE_URL", _required_in_production(_embedded.database_url) or "")
    | {
        "CONN_MAX_AGE": _env.number("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = _env.redis("REDIS_URL", _required_in_production(_embedded.redis_url) or "")
CACHES = {
    "default": {
        "BACKEND": "electioncenters.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ec",
    }
}
EMAIL_HOST = _env.text("EMAIL_HOST", _required_in_production(""))
_env.check()

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "electioncenters.apps.StaticFilesConfig",
    "django_prometheus",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rules",
    "electioncenters",
    "accounts",
    "centers",
    "labeling",
    "factcheck",
    # Behind the apps: they say when they are ready what is tracked, and these register the triggers.
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "electioncenters.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "electioncenters.middleware.LanguageFromPathMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffGateMiddleware",
    "accounts.middleware.AuditMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "electioncenters.urls"
WSGI_APPLICATION = "electioncenters.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.staff.context.workspace",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.backends.SignInBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# The address is unique without regard to case, by a constraint that this check does not understand.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff-home"
# Not the cookie Django falls back to: whoever signed in reads voters' pages with one cookie and no second.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "accounts.staff.errors.csrf_failed"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Accounts come from invitations, which prove the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Election Centre] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# An account is locked for five minutes after five wrong passwords or codes, an address after ten in a minute.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Election Centre"
# One step back and forth: clocks of telephones differ.
MFA_TOTP_TOLERANCE = 1
# A passkey alone signs in, so it has to know its owner.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers take http://localhost for a secure origin.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Written at sign-in only: reading a page writes nothing.
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 12 * 3600
# Where the proxy in front says who asks for the workspace; voters' addresses are never passed on.
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = _env.text("CLIENT_IP_HEADER", "X-Real-IP" if PRODUCTION else "") or None

SOCIALACCOUNT_ADAPTER = "accounts.adapters.SingleSignOnAdapter"
# A link, not a form: a form's redirect to another site is refused by the content security policy.
SOCIALACCOUNT_LOGIN_ON_GET = True
# Who the provider says has a verified address is the member with that address; nothing of theirs is kept.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "sso"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": _env.single_sign_on("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")
}

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".data" / "mail"
EMAIL_SECURITY = _env.choice("EMAIL_SECURITY", ("starttls", "tls", "none"), "starttls")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_PORT = _env.number("EMAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[EMAIL_SECURITY], minimum=1)
EMAIL_HOST_USER = _env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _env.text("EMAIL_FROM", f"portal@{urlsplit(PUBLIC_URL).hostname or 'localhost'}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Days for which an invitation can be accepted.
INVITATION_DAYS = _env.number("INVITATION_DAYS", 7, minimum=1)

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = PORTAL_LANGUAGES
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
# No silent fallback: a page asks for a text in its own language and marks whatever it shows instead.
MODELTRANSLATION_FALLBACK_LANGUAGES = ()
MODELTRANSLATION_ENABLE_FALLBACKS = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".data" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Posters and videos of campaigns, handed in by members and checked; whether nginx sends the videos of this folder.
MEDIA_ROOT = Path(_env.text("MEDIA_ROOT", str(BASE_DIR / ".data" / "media")))
MEDIA_ACCEL = _env.flag("MEDIA_ACCEL", default=False)
# Megabytes of a video that may be handed in, and how often a minute the beginning of one is counted at most.
MEDIA_VIDEO_MB = _env.number("MEDIA_VIDEO_MB", 64, minimum=1)
VIDEO_STARTS_PER_MINUTE = _env.number("VIDEO_STARTS_PER_MINUTE", 600, minimum=1)
FILE_UPLOAD_HANDLERS = [
    "electioncenters.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Compressing takes most of a first start: only what is ever sent, and no source maps, which no visitor asks
# for.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "gif", "jpg", "webp", "ico", "gz", "br", "woff", "woff2")

CELERY_BROKER_URL = celery_broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Whoever hands content in does not wait for a broker that is away: the sweeper sends what was not sent.
    # The worker's own reconnecting is not governed by these.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_TIMEZONE = "UTC"
# A worker takes both unless it is told otherwise. What waits for servers of others has its own, so that a worker of its
# own can be given to it, and labelling waits for nobody.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"celery": {}, "outbound": {}}
CELERY_TASK_ROUTES = {
    "labeling.tasks.webhooks_deliver": {"queue": "outbound"},
    "centers.tasks.links_check": {"queue": "outbound"},
    "centers.tasks.page_look": {"queue": "outbound"},
    "factcheck.tasks.feeds_read": {"queue": "outbound"},
}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-intake": {"task": "labeling.tasks.intake_sweep", "schedule": 5.0},
    "brake-rules": {"task": "labeling.tasks.brakes_engage", "schedule": 5.0},
    "brake-overturned-rules": {"task": "labeling.tasks.overturned_brakes_engage", "schedule": 60.0},
    "sweep-jobs": {"task": "labeling.tasks.jobs_sweep", "schedule": 5.0},
    "erase-authors": {"task": "labeling.tasks.authors_erase", "schedule": 30.0},
    "fold-shadow": {"task": "labeling.tasks.shadow_fold", "schedule": 30.0},
    "erase-intake": {"task": "labeling.tasks.intake_erase", "schedule": 3600.0},
    "watch-hashtags": {"task": "labeling.tasks.hashtags_watch", "schedule": 300.0},
    "sequence-changes": {"task": "labeling.tasks.changes_sequence", "schedule": 2.0},
    "tell-standings": {"task": "labeling.tasks.standings_tell", "schedule": 5.0},
    "follow-claims": {"task": "labeling.tasks.claims_follow", "schedule": 10.0},
    "search-claims": {"task": "labeling.tasks.claims_search", "schedule": 10.0},
    "sweep-reviews": {"task": "labeling.tasks.review_sweep", "schedule": 30.0},
    "follow-official-accounts": {"task": "labeling.tasks.official_follow_all", "schedule": 60.0},
    "tend-outside": {"task": "labeling.tasks.outside_tend", "schedule": 60.0},
    "sketch-reviews": {"task": "labeling.tasks.review_sketch", "schedule": 30.0},
    "forget-exposures": {"task": "labeling.tasks.review_forget", "schedule": 86_400.0},
    "weigh-reviews": {"task": "labeling.tasks.review_weigh", "schedule": 1800.0},
    "publish-due": {"task": "centers.tasks.proposals_publish_due", "schedule": 20.0},
    "expire-due": {"task": "centers.tasks.proposals_expire_due", "schedule": 20.0},
    "erase-drafts": {"task": "centers.tasks.record_drafts_erase", "schedule": 86_400.0},
    "mail-notifications": {"task": "accounts.tasks.notifications_mail", "schedule": 60.0},
    "erase-notifications": {"task": "accounts.tasks.notifications_erase", "schedule": 6 * 3600.0},
    "wake-link-checks": {"task": "centers.tasks.links_wake", "schedule": 60.0},
    "register-links": {"task": "centers.tasks.links_tend", "schedule": 900.0},
    "tell-upkeep": {"task": "centers.tasks.upkeep_tell", "schedule": 300.0},
    "forget-uploads": {"task": "centers.tasks.uploads_forget", "schedule": 900.0},
    "record-coverage": {"task": "factcheck.tasks.coverage_record", "schedule": 900.0},
    "route-claims": {"task": "factcheck.tasks.claims_route", "schedule": 20.0},
    "embed-claims": {"task": "factcheck.tasks.claims_embed", "schedule": 60.0},
    "wake-feeds": {"task": "factcheck.tasks.feeds_wake", "schedule": 60.0},
    "deliver-webhooks": {"task": "labeling.tasks.webhooks_wake", "schedule": 1.0},
    "worker-heartbeat": {"task": "electioncenters.tasks.heartbeat", "schedule": 10.0},
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.DenyAll"],
    "DEFAULT_PAGINATION_CLASS": "electioncenters.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "electioncenters.errors.problem_details",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Election Centers API",
    "VERSION": "1",
    "DESCRIPTION": "Election Centres, their elections, answers and trusted sources; content intake and label look-up.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # 3.1 says "or null" as JSON Schema does.
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "electioncenters.openapi.problems_added",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProvisionEnum": "centers.models.Provision",
        "ElectionStatusEnum": "centers.models.ElectionStatus",
        "ConfidenceEnum": "centers.models.Confidence",
        "ConfirmationEnum": "centers.models.Confirmation",
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and _env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _env.flag("BEHIND_PROXY", default=PRODUCTION) else None
# Probes come from inside the network, without the proxy's header, and must not be answered with a redirect.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION

LOG_LEVEL = _env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = _env.choice("LOG_FORMAT", ("json", "console"), "json" if PRODUCTION else "console")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"structured": {"()": "electioncenters.logs.formatter", "kind": LOG_FORMAT}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # RequestLogMiddleware says what these would, without the address.
        "django.request": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        "django.server": {"handlers": [], "propagate": False},
    },
}
PROMETHEUS_EXPORT_MIGRATIONS = False

# Requests larger than this are refused before they are read into memory (an intake batch of 5,000 items
# fits).
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Content is taken until so many items wait to be labelled.
INTAKE_BACKLOG_LIMIT = _env.number("INTAKE_BACKLOG_LIMIT", 2_000_000, minimum=1)
# Days for which content is kept that got no label: what could not be labelled, and texts sampled at random.
INTAKE_POISON_DAYS = _env.number("INTAKE_POISON_DAYS", 14, minimum=1)
SAMPLE_DAYS = _env.number("SAMPLE_DAYS", 90, minimum=1)
# Days for which the words and authors of labelled content are kept, and the rows of batches after their end.
CONTENT_DAYS = _env.number("CONTENT_DAYS", 180, minimum=1)
INTAKE_BATCH_DAYS = _env.number("INTAKE_BATCH_DAYS", 90, minimum=1)
# Days for which platforms can read which labels changed, and what their webhooks were sent.
LABEL_CHANGES_DAYS = _env.number("LABEL_CHANGES_DAYS", 30, minimum=1)
# Days for which it is kept what rules did to each batch.
STREAM_TALLY_DAYS = _env.number("STREAM_TALLY_DAYS", 3, minimum=1)
# A rule falls back to review when, within so many seconds, it labels more than so many percent of the stream and at
# least so many items; or when people judged so many of its labels and overturned too many of them.
RULE_BRAKE_WINDOW = _env.number("RULE_BRAKE_WINDOW", 600, minimum=10)
RULE_BRAKE_SHARE = _env.number("RULE_BRAKE_SHARE", 5, minimum=1)
RULE_BRAKE_FLOOR = _env.number("RULE_BRAKE_FLOOR", 500, minimum=1)
RULE_BRAKE_DECISIONS = _env.number("RULE_BRAKE_DECISIONS", 20, minimum=1)
# Percent of moderators' decisions that a second person makes again without knowing it, and for single policies
# otherwise (`incitement=20,impersonation=10`); and percent of decisions after which a golden item is mixed in.
REVIEW_SECOND_SHARE = _env.number("REVIEW_SECOND_SHARE", 5)
REVIEW_SECOND_SHARES = _env.shares("REVIEW_SECOND_SHARES")
REVIEW_GOLDEN_SHARE = _env.number("REVIEW_GOLDEN_SHARE", 1)

# Reports and appeals: so many may come from one address in ten minutes, and so many from one platform in a minute; days
# for which content nobody handed in is waited for, for which an address to answer to is kept after the end, and for
# which their words are.
OUTSIDE_RATE = _env.number("OUTSIDE_RATE", 10, minimum=1)
# A model of the operators' own that finds claims alike in meaning (`factcheck.embedding`); none unless it is named.
CLAIM_EMBEDDER = _env.dotted("CLAIM_EMBEDDER")
CLAIM_EMBEDDER_PERCENT = _env.number("CLAIM_EMBEDDER_PERCENT", 85, minimum=1)
PARTNER_CALLS_PER_MINUTE = _env.number("PARTNER_CALLS_PER_MINUTE", 120, minimum=1)
REPORTS_PER_MINUTE = _env.number("REPORTS_PER_MINUTE", 600, minimum=1)
REPORT_WAIT_DAYS = _env.number("REPORT_WAIT_DAYS", 7, minimum=1)
OUTSIDE_CONTACT_DAYS = _env.number("OUTSIDE_CONTACT_DAYS", 30, minimum=1)
OUTSIDE_DAYS = _env.number("OUTSIDE_DAYS", 180, minimum=1)

# Content Credentials (C2PA): bytes of a file that are read, files read for one platform in a minute, and a PEM file
# with the certificates of issuers whose signers are trusted. Without one everybody's signature counts as untrusted.
PROVENANCE_MAX_BYTES = _env.number("PROVENANCE_MAX_BYTES", 64 * 1024 * 1024, minimum=1)
PROVENANCE_PER_MINUTE = _env.number("PROVENANCE_PER_MINUTE", 60, minimum=1)
PROVENANCE_TRUST = Path(_trust) if (_trust := _env.text("PROVENANCE_TRUST", "")) else None

# Whether links on voters' pages are checked, and days for which it is kept what the checks found.
LINK_CHECKS = _env.flag("LINK_CHECKS", default=True)
LINK_CHECK_DAYS = _env.number("LINK_CHECK_DAYS", 90, minimum=1)

# For development: addresses that others chose may lead to this machine, over http and to any port.
OUTBOUND_LOCAL = not PRODUCTION and _env.flag("OUTBOUND_LOCAL", default=False)

# The label service of the AT Protocol. Its address is what its DID document says; its DID, when none is given, is the
# `did:web` of that address.
LABELER_ENABLED = _env.flag("LABELER_ENABLED", default=not PRODUCTION)
LABELER_PORT = _env.number("LABELER_PORT", 8100, minimum=1)
LABELER_URL = _env.text("LABELER_URL", PUBLIC_URL if PRODUCTION else f"http://localhost:{LABELER_PORT}").rstrip("/")
LABELER_DID = _env.matching("LABELER_DID", r"did:(web|plc):[a-zA-Z0-9._%-]+", "a did:web or did:plc", "")
LABELER_KEY = _env.matching(
    "LABELER_KEY",
    r"[0-9a-f]{64}",
    "64 hexadecimal digits, as `manage.py atproto_key` makes them",
    None if PRODUCTION and LABELER_ENABLED else "",
)
LABELER_SUBSCRIBERS = _env.number("LABELER_SUBSCRIBERS", 500, minimum=1)
# Days for which the network can learn that a label was taken back.
LABELER_WITHDRAWAL_DAYS = _env.number("LABELER_WITHDRAWAL_DAYS", 180, minimum=1)

_env.check()
