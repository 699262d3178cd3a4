"""What DRF asks about who may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views read this default while they are being imported
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """The default of every API view: a view that does not say who may call it can be called by nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Nobody may."""
        return False
