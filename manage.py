#!/usr/bin/env python
"""Django's command line for the portal; starts the embedded services first where a command needs them."""

from __future__ import annotations

import os
import sys

from electioncenters.embedded import services

#: These read and write files only. `up` starts the services itself, to show how it goes.
WITHOUT_SERVICES = frozenset(
    [
        *("check", "check_locale", "collectstatic", "compile_locale", "diffsettings", "export_messages"),
        *("extract_messages", "findstatic", "help", "import_messages", "spectacular", "startproject"),
        *("up", "version"),
    ]
)


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
    if needs_services(sys.argv[1:]):
        try:
            services.ensure(report=_say)  # held until this process ends
        except services.ServiceError as error:
            sys.exit(str(error))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def needs_services(arguments: list[str]) -> bool:
    """Whether the command line `arguments` names a command that talks to the database or the broker."""
    if {"--help", "-h", "--version"} & set(arguments):
        return False
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    return bool(command) and command not in WITHOUT_SERVICES


if __name__ == "__main__":
    main()
