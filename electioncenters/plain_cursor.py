"""psycopg's own cursor on Django's connection, for the few statements that run all the time or carry much.

Django's cursors write parameters into the statement: nothing can be prepared on the server, and bytes travel as twice
as many hexadecimal digits, which the server reads again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import connection

#: Executions after which psycopg prepares a statement by itself.
_ONLY_WHEN_ASKED: Final = 2**31


@contextmanager
def plain_cursor(*, binary: bool = False) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor that sends parameters beside the statement; with `binary`, what it fetches comes in binary form.

    It takes part in the open transaction, and errors are Django's. Statements executed with `prepare=True` are prepared
    on the server, once for each connection.
    """
    connection.ensure_connection()
    # Django says None, which is never, even where it is asked for.
    connection.connection.prepare_threshold = _ONLY_WHEN_ASKED
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = psycopg.pq.Format.BINARY if binary else psycopg.pq.Format.TEXT
        yield cursor
