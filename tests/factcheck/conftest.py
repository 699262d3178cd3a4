"""What tests of fact-checking share."""

from tests.centers.conftest import arcadia, clock, union

__all__ = ["arcadia", "clock", "union"]
