"""`python -m electioncenters.embedded erase`: stop keeping data, for `make reset`."""

from __future__ import annotations

import sys

from electioncenters.embedded import services
from electioncenters.embedded.paths import EmbeddedPaths


def main(arguments: list[str]) -> int:
    """`where` prints where the data lies; `erase` removes it, unless someone uses it."""
    if arguments == ["where"]:
        paths = EmbeddedPaths.for_checkout(services.PROJECT)
        sys.stdout.write(f"data: {paths.state}\nsockets: {paths.sockets}\n")
        return 0
    if arguments != ["erase"]:
        sys.stderr.write("Say `where` or `erase`.\n")
        return 2
    try:
        erased = services.erase()
    except services.ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Removed {erased.state}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
