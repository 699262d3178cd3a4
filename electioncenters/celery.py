"""The Celery application; its settings are Django's, prefixed `CELERY_`."""

from __future__ import annotations

import os
from typing import Any, Final

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

#: Tasks after which Celery would close a connection: never.
_NEVER: Final = 2**31

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
app = Celery("electioncenters")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery's fixup opens and closes a connection for each task unless it finds this name, which stands outside of the
# namespace. A server process that begins anew knows no table and has planned nothing, which took it longer than the
# labels of a batch.
app.conf["CELERY_DB_REUSE_MAX"] = _NEVER
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def _connections_tend(sender: Any, **kwargs: Any) -> None:
    """Keep connections as between two requests: not beyond their age, and none that broke."""
    if not sender.request.is_eager:
        close_old_connections()
