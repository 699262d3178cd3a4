"""The project as an app: its management commands and checks."""

from django.apps import AppConfig
from django.conf.locale import LANG_INFO
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig

# Imported here and not by the package, which everything imports: Celery takes half a second to load, and the
# keepers of the embedded services and the settings need none of it. It must be there before any app's
# `shared_task` is sent.
from electioncenters.celery import app as celery_app

__all__ = ["ProjectConfig", "StaticFilesConfig", "celery_app"]


class ProjectConfig(AppConfig):
    """Commands that concern the whole portal."""

    name = "electioncenters"
    # There are two configurations in this module; Django takes neither by itself.
    default = True

    def ready(self) -> None:
        """Tells Django of Maltese, which it does not know: `get_language_info` would fail."""
        LANG_INFO.setdefault("mt", {"bidi": False, "code": "mt", "name": "Maltese", "name_local": "Malti"})


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Django's static files without two megabytes that no page uses: other viewers for API documents."""

    ignore_patterns = [*DjangoStaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "*-standalone-preset.js*"]
