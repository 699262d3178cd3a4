"""How large a form with files may be, whoever sends it: said before any of it is written to disk."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

_MEGABYTE: Final = 1024 * 1024


class BoundedUploadHandler(FileUploadHandler):
    """Refuses what is larger than the largest file anybody may hand in, and passes on everything else."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None  # noqa: N803
    ) -> None:  # fmt: skip
        """Raises `RequestDataTooBig`, which is answered 400. The fields beside a file fit into one megabyte."""
        if content_length > (int(settings.MEDIA_VIDEO_MB) + 1) * _MEGABYTE:
            raise RequestDataTooBig("The form is larger than any file that may be handed in.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """As it came."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one keep the file."""
