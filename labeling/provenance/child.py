"""`python -m labeling.provenance.child [ANCHORS]`: reads the file on standard input and says what it found as JSON.

A process of its own, with bounds of its own: what native code does with a hostile file ends here.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Final

import msgspec

#: Bytes of memory and seconds of work; a file that needs more is refused.
MEMORY: Final = 2 * 1024**3
SECONDS: Final = 20


def main() -> int:
    """Exit status 0 with the credentials; 3 for what is no media, 4 for a list of trust that is none."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Writing files is none of its work: no copy of what it reads is left anywhere.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from labeling.provenance.read import file_read  # native code, loaded within the bounds
    from labeling.provenance.sniff import NotMediaError

    anchors = Path(sys.argv[1]).read_text() if len(sys.argv) > 1 else ""
    try:
        with os.fdopen(0, "rb") as file:
            found = file_read(file, anchors=anchors)
    except NotMediaError:
        return 3
    except ValueError as error:
        sys.stderr.write(str(error))
        return 4
    # A pipe, which the bound on files does not touch.
    sys.stdout.buffer.write(msgspec.json.encode(found))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
