"""Settings from environment variables. `.env.example` lists each variable."""

import tomllib
from pathlib import Path

import environ
import limits
from django.core.exceptions import ImproperlyConfigured
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from project import geodjango
from project.binding import is_proxied

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# --- Django -------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and (secret_key_file := env.str("SECRET_KEY_FILE", default="")):
    SECRET_KEY = Path(secret_key_file).read_text().strip()
# The supervisor and health checks of this machine use the first three.
ALLOWED_HOSTS = [
    *("localhost", "127.0.0.1", "[::1]"),
    *env.list("LOCAL_HOSTS", default=[]),
    *env.list("ALLOWED_HOSTS", default=[]),
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Front ends of other origins (CORS) ---------------------------------------------------------

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(graphql|tasks|task-schedules)(/|$)"
# Pages of other origins authenticate by token. Sessions are for the server's own pages.
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "DELETE"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key"),
    *("if-none-match", "last-event-id"),
    *("x-request-id", "x-request-reason"),
]
CORS_EXPOSE_HEADERS = ["Allow", "ETag", "Link", "Location", "Retry-After", "X-Request-ID"]
# The origins of WebSockets, besides the server's own.
TRUSTED_ORIGINS = [*CSRF_TRUSTED_ORIGINS, *CORS_ALLOWED_ORIGINS]

# Whether the data comes from a recording (see project/replay/).
REPLAY = False

# Whether this process serves HTTP or runs management commands. Worker nodes and Beat do not.
WEB = env.bool("WEB", default=True)

INSTALLED_APPS = [
    "project",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_celery_beat",
    "tasks_app",
]
if WEB:
    geodjango.skip()
    INSTALLED_APPS += [
        "corsheaders",
        "project.standalone",
        "django.contrib.admin",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "rest_framework",
        "django_filters",
        "drf_spectacular",
        "drf_spectacular_sidecar",
        "strawberry_django",
        "django_tasks",
    ]

MIDDLEWARE = [
    "project.logs.RequestId",
    # It answers preflight requests, which have no credentials and must not be redirected.
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.authentication.Access",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# Whether the dashboard and GraphiQL are served, if they are built (see frontend/).
UI = env.bool("UI", default=True)
UI_DIR = BASE_DIR / "frontend" / "dist"
# The documentation site, served at /docs/ (see project/documentation.py).
DOCUMENTATION_DIR = BASE_DIR / "site"

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # What the frontend's build made comes before the plain pages that stand in for it.
        "DIRS": [*([UI_DIR] if UI else []), BASE_DIR / "project" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "static"))()
# Below it, the frontend's own: their names change with their content.
UI_STATIC = "ui"
STATICFILES_DIRS = [
    BASE_DIR / "project" / "static",
    *([(UI_STATIC, assets)] if (assets := UI_DIR / UI_STATIC).is_dir() else []),
]

# The maximum size of a request body in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# How many requests one web process answers at once, and how many connections it then has to
# PostgreSQL (see project/asgi.py).
HTTP_THREADS = env.int("HTTP_THREADS", default=8)

# --- PostgreSQL ---------------------------------------------------------------------------------

if "DATABASE_URL" in env:
    DATABASES = {
        "default": {
            **env.db_url("DATABASE_URL"),
            # Each thread that talks to the database keeps its connection (see project/asgi.py).
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": 3,
                # A peer that vanished is noticed in about 15 s instead of hours.
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 15_000,
                "options": (
                    "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s"
                    f" -c statement_timeout={env.int('STATEMENT_TIMEOUT_SECONDS', default=30)}s"
                ),
            },
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "project.standalone.no_database"}}

# --- Celery -------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Wake-ups have no priority: PostgreSQL knows which task comes first.
    "priority_steps": [0],
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
# A worker outlives any outage of its broker; the supervisor is not a substitute for waiting.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that refuses commands, as Valkey on a full disk, does not end a worker either.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
# TaskResult is the result; a second copy in the broker would only leak.
CELERY_TASK_IGNORE_RESULT = True
# So there are no results to delete.
CELERY_RESULT_EXPIRES = None
CELERY_TASK_DEFAULT_QUEUE = "default"
# A node takes a wake-up only for an idle process: with late acknowledgement and a prefetch of one,
# the next message stays in the broker for the first node that is free.
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
# It serves the pool while the broker is unavailable.
CELERY_WORKER_CONSUMER = "project.broker:Consumer"
# Attempts are counted in the database; a redelivery here would only loop.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
# Losing the broker says nothing about the work: the claim is in the database.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULER = "tasks_app.beat:Scheduler"
CELERY_TIMEZONE = "UTC"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Django's Tasks framework -------------------------------------------------------------------

# Without a list of queues, any queue of the cluster can be used.
TASKS = {"default": {"BACKEND": "tasks_app.django_tasks.backend.ClusterBackend", "QUEUES": []}}

# --- Channels -----------------------------------------------------------------------------------

# The layer carries only the notifications of the log (tasks_app/log/notifier.py).
CHANNEL_PREFIX = "cluster-scheduler"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": CHANNEL_PREFIX,
            "hosts": [
                {
                    "address": REDIS_URL,
                    # The default waits a second after each lost connection.
                    "retry": Retry(ConstantBackoff(0.1), 20),
                    "socket_connect_timeout": 2,
                    "health_check_interval": 15,
                }
            ],
        },
    }
}
# The interval at which the log is polled if no notification arrives.
LOG_POLL_SECONDS = env.float("LOG_POLL_SECONDS", default=0.5)

# --- The life of a task (see ARCHITECTURE.md) ---------------------------------------------------

# How long a claim holds before other nodes may take the task over.
TASK_LEASE_SECONDS = env.int("TASK_LEASE_SECONDS", default=30)
RECONCILE_EVERY_SECONDS = env.int("RECONCILE_EVERY_SECONDS", default=1)
TASK_RETENTION_DAYS = env.int("TASK_RETENTION_DAYS", default=30)
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=7)
# The labels of a worker node, such as zone=a,disk=ssd.
NODE_LABELS = env.list("NODE_LABELS", default=[])
# Touched by a worker with each heartbeat that reached the database.
HEARTBEAT_FILE = env.str("HEARTBEAT_FILE", default="")

# --- Access (see SECURITY.md) -------------------------------------------------------------------

# `token`: every request needs credentials. `open`: every client has the role ADMIN. The default of
# a web process that only this machine can reach is `open` (project/binding.py).
API_AUTH = env.str("API_AUTH", default="") or "token"
if API_AUTH not in ("open", "token"):
    raise ImproperlyConfigured(f"API_AUTH is open or token, not {API_AUTH!r}.")
# Whether webhooks that were created without authentication are delivered. Beat does not know the
# default of the web processes, so only what says that authentication is required stops them.
OPEN_WEBHOOKS = API_AUTH == "open" or not (env.str("API_AUTH", default="") or is_proxied())
# Whether clients with the role ADMIN may have nodes killed and frozen.
FAULTS = env.bool("FAULTS", default=True)
# The rate limit of each token, user or anonymous address, such as `6000/minute`; empty for none.
# The second is the rate limit of wrong tokens and passwords of each address.
API_RATE = env.str("API_RATE", default="" if API_AUTH == "open" else "6000/minute")
API_FAILURE_RATE = env.str("API_FAILURE_RATE", default="30/minute")
for name, rate in ("API_RATE", API_RATE), ("API_FAILURE_RATE", API_FAILURE_RATE):
    try:
        rate and limits.parse(rate)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is like 600/minute, not {rate!r}.") from error

SESSION_ENGINE = "project.sessions"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
X_FRAME_OPTIONS = "DENY"
# Whether clients connect by TLS, which a proxy terminates.
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = ["^healthz/$", "^readyz/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# The hosts of webhooks that may have private addresses and no TLS (see tasks_app/webhooks).
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])

# --- REST ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tasks_app.rest.authentication.Bearer"],
    "DEFAULT_PERMISSION_CLASSES": ["tasks_app.rest.authentication.MayCall"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    # The first is for clients that accept everything.
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "tasks_app.rest.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tasks_app.rest.errors.exception_handler",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Cluster scheduler",
    "DESCRIPTION": "The REST API: tasks (A + B) and their schedules. GraphQL is the main API.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- GraphQL ------------------------------------------------------------------------------------

GRAPHQL_IDE = env.bool("GRAPHQL_IDE", default=True)
# If off, neither introspection nor "Did you mean" suggestions reveal the schema.
GRAPHQL_INTROSPECTION = env.bool("GRAPHQL_INTROSPECTION", default=True)
# The path of a manifest {hash: document}. If set, only its documents are executed.
GRAPHQL_TRUSTED_DOCUMENTS = env.str("GRAPHQL_TRUSTED_DOCUMENTS", default="")
# The maximum number of WebSockets and event streams of a web process. Further ones are refused.
STREAMS_MAX = env.int("STREAMS_MAX", default=2_000)
# How many operations over WebSockets and event streams a web process executes at once.
STREAM_THREADS = env.int("STREAM_THREADS", default=4)

# --- Logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "project.logs.WithRequestId"}},
    "formatters": {
        "json": {"()": "project.logs.JsonLines"},
        "line": {
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
            "datefmt": "%H:%M:%S",
        },
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="line"),
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Client errors are in the response.
        "django.request": {"level": "ERROR"},
        # The execution of a task logs its own line.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # It logs the URLs of webhooks, which may contain secrets.
        "httpx": {"level": "WARNING"},
        # It logs a traceback each second while Valkey is unavailable. The notifier logs this once.
        "channels_redis": {"level": "CRITICAL"},
    },
}
