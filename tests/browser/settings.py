"""The portal's settings with static files of its own, so that no portal of this checkout loses its."""

from __future__ import annotations

import os
from pathlib import Path

from electioncenters.settings import *  # noqa: F403
from electioncenters.settings import STORAGES as PORTAL_STORAGES

STATIC_ROOT = Path(os.environ["BROWSER_STATIC_ROOT"])
# Beside them, pictures and videos.
MEDIA_ROOT = STATIC_ROOT.parent / "media"
# Collected and named by content as always; compressing takes ten times as long, and browsers see the same bytes.
STORAGES = PORTAL_STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}
# Blind second answers are drawn by chance: a moderator's next task would not be the one a journey expects.
REVIEW_SECOND_SHARE = REVIEW_GOLDEN_SHARE = 0
