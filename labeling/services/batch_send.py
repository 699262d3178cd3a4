"""The message that wakes a worker. Losing it costs seconds, never content: the sweeper looks at the table."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: After a failure nobody asks the broker again for so many seconds: waiting for it would slow every hand-in down.
PAUSE = 5.0


class _Broker:
    """What this process knows of the broker."""

    silent_until = 0.0


def batch_send(public_id: UUID) -> bool:
    """Tell a worker of the batch; `False` when the broker could not be reached, which is no error here."""
    # The task's module imports the services.
    from labeling.tasks import batch_label

    if time.monotonic() < _Broker.silent_until:
        return False
    try:
        batch_label.apply_async((str(public_id),), retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _Broker.silent_until = time.monotonic() + PAUSE
        logger.warning("The broker cannot be reached (%s); the sweeper will send what waits.", type(error).__name__)
        return False
    _Broker.silent_until = 0.0
    return True
