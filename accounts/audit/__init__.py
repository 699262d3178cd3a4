"""The audit in the database: every change of what is tracked, whoever made it, as a row that nobody can change.

Triggers write it, so that the shell, the admin and plain SQL are told of like a service (`django-pghistory`). An app
says which of its models are tracked when it is ready (`centers.audit`); a model with translated texts has all its
columns only then. Who acts is known from the request (`accounts.middleware`), and where a service says so:

    with acting(by=user, reason="Proposal 12"):
        record.save()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pghistory
import pgtrigger
from django.db import connection, models

from accounts.models import User

#: Every event model by the model it tracks.
EVENTS: dict[type[models.Model], Any] = {}

#: What test suites set on their connections: they empty tables between tests. Nothing of the portal does.
FLUSH_SETTING: Final = "electioncenters.may_flush"


_FORGET: Final = (
    "SELECT set_config('pghistory.context_id', '', true), set_config('pghistory.context_metadata', '', true)"
)


def tracked(
    model: type[models.Model], *, fields: Iterable[str] | None = None, exclude: Iterable[str] = ()
) -> type[models.Model]:
    """Keep every change of `model`; answers the model of its events, `<Name>Audit`.

    `fields` names those that are kept, else all but `exclude`: secrets, what changes without a decision, and
    whatever tells of a person more than their number, which could not be erased from here.
    """
    event = pghistory.create_event_model(
        model,
        pghistory.InsertEvent("added"),
        pghistory.UpdateEvent("changed"),
        pghistory.DeleteEvent("removed"),
        fields=None if fields is None else list(fields),
        exclude=list(exclude),
        obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
        # In the row itself: pghistory's own table of contexts is updated, and this is to be written once.
        context_field=pghistory.ContextJSONField(null=True),
        context_id_field=pghistory.ContextUUIDField(null=True),
        append_only=True,
        model_name=f"{model.__name__}Audit",
        meta={"triggers": [_no_truncate()], "default_permissions": ()},
        abstract=False,
    )
    EVENTS[model] = event
    return event


def _no_truncate() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=(
            f"IF current_setting('{FLUSH_SETTING}', true) IS DISTINCT FROM 'yes' THEN "
            "RAISE EXCEPTION 'the audit is append-only: TRUNCATE on % is refused', TG_TABLE_NAME; "
            "END IF; RETURN NULL;"
        ),
    )


@contextmanager
def acting(*, by: User | None = None, reason: str = "") -> Iterator[None]:
    """What is written inside was done by `by`, and why: a service's name for it, no personal data.

    Within another `acting`, or a request, what is not said here stays as it was said there.
    """
    told = ({"user": by.pk} if by is not None else {}) | ({"reason": reason} if reason else {})
    is_outermost = not is_told()
    with pghistory.context() as current:
        before = dict(current.metadata)
        current.metadata.update(told)
        try:
            yield
        finally:
            current.metadata.clear()
            current.metadata.update(before)
    if is_outermost and connection.in_atomic_block and not connection.needs_rollback:
        # PostgreSQL remembers until the transaction ends, and what follows in it is somebody else's.
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)


def is_told() -> bool:
    """Whether it is known who acts."""
    from pghistory.runtime import _tracker

    return hasattr(_tracker, "value")
