"""Triggers of tables that a migration makes whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class InstallTriggers(Operation):
    """Installs the triggers that `CreateModel` named for these models (lower-case names of the migration's app).

    `pgtrigger`'s own `AddTrigger` draws every related model anew for each trigger; with the many columns that texts in
    27 languages make, a new database would take three times as long.
    """

    reversible = True

    def __init__(self, model_names: Sequence[str]) -> None:
        self.model_names = list(model_names)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """As a migration writes it."""
        return type(self).__name__, [self.model_names], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state knows them from `CreateModel`."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Install each."""
        for trigger in self._triggers(app_label, to_state):
            # Its text holds per cent signs: no parameters.
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Remove each."""
        for trigger in self._triggers(app_label, from_state):
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        """What the operation does, in a line."""
        return f"Install the triggers of {', '.join(self.model_names)}"

    def _triggers(self, app_label: str, state: ProjectState) -> list[Any]:
        return [
            trigger
            for name in self.model_names
            for trigger in state.models[app_label, name].options.get("triggers", [])
        ]
