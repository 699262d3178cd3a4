"""Python's collector of cyclic garbage, kept from looking at the same objects over and over.

A batch makes tens of thousands of objects that live until it ends. The collector takes that for growth, and looks
through everything the process holds, compiled rules and Django itself, many times a batch: for nothing, since none
of these objects refer to each other in circles and all go by themselves when the batch ends.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection within, for work of bounded size. In other threads there is none meanwhile, either."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collector_settle() -> None:
    """What the process holds now it holds until it ends: leave it out of every later collection."""
    gc.collect()
    gc.freeze()
