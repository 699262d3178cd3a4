"""`POST /api/v1/content/{uri}/provenance/` and `…/declaration/`: how an item was made, by its file or its creator."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Final

import msgspec
from django.conf import settings
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from electioncenters.errors import problem
from electioncenters.pace import MINUTE, pace_count
from labeling.api.content import Busy, PlatformView, TooLarge, Unreadable
from labeling.api.schema import DECLARATION, DECLARED, PROBLEM, PROVENANCE
from labeling.intake.item import Made
from labeling.models import AiSays, ApiKey, Platform
from labeling.provenance import NotMediaError, Provenance, TooLargeError, TrustError, UnreadableError, provenance_read
from labeling.services.ai_statement import AiStanding, TooManyFilesError, credentials_take, declaration_take
from labeling.services.api_key import api_key_use
from labeling.services.intake_limits import BusyError
from labeling.uris import uri_parts

logger = logging.getLogger(__name__)

_PIECE: Final = 256 * 1024
_DECLARATION_BYTES: Final = 4_096
_URI = OpenApiParameter(
    "uri", {"type": "string"}, OpenApiParameter.PATH, description="`platform:external_id`, of the calling platform."
)
_ANSWERS = {
    401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
    429: OpenApiResponse(PROBLEM, "`quota`: more than a minute allows. Nothing was taken."),
}


class _Declaration(msgspec.Struct, forbid_unknown_fields=True):
    ai_generated: Made | bool


class ProvenanceView(PlatformView):
    """Read a file's Content Credentials."""

    @extend_schema(
        operation_id="content_provenance",
        tags=["content"],
        summary="Read a file's Content Credentials",
        description=(
            "The body is the picture, video or recording itself; its type is told from its bytes. It is read for C2PA "
            "Content Credentials and deleted at once, whatever comes of it; what was read is kept with its SHA-256 for "
            "an item that is known here. The same file again changes nothing. Nothing that a file names is fetched. "
            "Valid credentials of a trusted signer that name artificial intelligence give the label `ai_generated`; "
            "those of other signers bring the item to a moderator; what does not validate proves nothing."
        ),
        parameters=[_URI],
        request={"application/octet-stream": {"type": "string", "format": "binary"}},
        responses={
            200: OpenApiResponse(PROVENANCE, "What was read."),
            400: OpenApiResponse(PROBLEM, "The body is empty."),
            404: OpenApiResponse(PROBLEM, "No item can be called so, or it is another platform's."),
            409: OpenApiResponse(PROBLEM, "`too-many-files`: what was read of too many files of the item is kept."),
            411: OpenApiResponse(PROBLEM, "No `Content-Length`: the body was sent in chunks."),
            413: OpenApiResponse(PROBLEM, "More bytes than are read."),
            415: OpenApiResponse(PROBLEM, "No picture, video or recording."),
            422: OpenApiResponse(PROBLEM, "It could not be read within the bounds of time and memory."),
            503: OpenApiResponse(PROBLEM, "The operators' list of trusted signers cannot be read."),
            **_ANSWERS,
        },
    )
    def post(self, request: Request, uri: str) -> Response | HttpResponse:
        """Read, keep what was read, delete, answer."""
        external_id = _own(uri, self.platform)
        _length_check(request)
        _pace_check(self.platform)
        # Unlinked from its making on: it is gone with its last descriptor, however this ends.
        with tempfile.TemporaryFile(buffering=0) as file:
            digest = _received(request, file)
            read = _read(file)
        try:
            standing = credentials_take(platform=self.platform, external_id=external_id, digest=digest, read=read)
        except TooManyFilesError as error:
            return problem(409, "too-many-files", "Conflict", str(error))
        _used(request)
        return Response(_document(uri, digest, read, standing), headers={"Cache-Control": "private, no-store"})


class DeclarationView(PlatformView):
    """A creator declares how content was made."""

    @extend_schema(
        operation_id="content_declaration",
        tags=["content"],
        summary="Declare how content was made",
        description=(
            "What the item's creator says through the platform: `generated` or `true`, `partly`, `not_ai` or `false`. "
            "The last one counts; the same again changes nothing. Whoever declares gets the label `ai_generated`, and "
            "no moderator looks for it. Items that are not known here carry no label: declare with `ai.declared` when "
            "handing in."
        ),
        parameters=[_URI],
        request={"application/json": DECLARATION},
        responses={
            200: OpenApiResponse(DECLARED, "How the item stands now."),
            400: OpenApiResponse(PROBLEM, "The field is missing or not valid."),
            404: OpenApiResponse(PROBLEM, "The item is not known here, was deleted, or is another platform's."),
            413: OpenApiResponse(PROBLEM, "More bytes than a declaration can have."),
            415: OpenApiResponse(PROBLEM, "Not JSON."),
            **_ANSWERS,
        },
        examples=[OpenApiExample("In part", request_only=True, value={"ai_generated": "partly"})],
    )
    def post(self, request: Request, uri: str) -> Response:
        """Read, keep, answer."""
        external_id = _own(uri, self.platform)
        says = _declared(request)
        _pace_check(self.platform)
        standing = declaration_take(platform=self.platform, external_id=external_id, says=says)
        if standing is None:
            raise Http404("not known here")
        _used(request)
        answer = {"uri": uri, "ai_generated": says.value, "label": _label(standing)}
        return Response(answer, headers={"Cache-Control": "private, no-store"})


def _own(uri: str, platform: Platform) -> str:
    parts = uri_parts(uri)
    if parts is None or parts[0] != platform.key:
        raise Http404("no item of this platform")
    return parts[1]


def _length_check(request: Request) -> None:
    """Before a byte is read: the request says how many there are."""
    if "CONTENT_LENGTH" not in request.META and request.headers.get("Transfer-Encoding"):
        raise LengthRequired
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.PROVENANCE_MAX_BYTES:
        raise TooLarge(f"At most {settings.PROVENANCE_MAX_BYTES} bytes of a file are read.")


def _received(request: Request, file: IO[bytes]) -> str:
    """Write the body into `file`, bounded; returns its SHA-256."""
    hashed, size = hashlib.sha256(), 0
    for piece in _pieces(request):
        size += len(piece)
        if size > settings.PROVENANCE_MAX_BYTES:
            raise TooLarge(f"At most {settings.PROVENANCE_MAX_BYTES} bytes of a file are read.")
        hashed.update(piece)
        file.write(piece)
    if not size:
        raise exceptions.ParseError("The body is empty: send the file itself.", "malformed")
    return hashed.hexdigest()


def _pieces(request: Request) -> Iterator[bytes]:
    # Not `body`, which would hold all of it in memory and refuse what is larger than content may be.
    while piece := request._request.read(_PIECE):
        yield piece


def _read(file: IO[bytes]) -> Provenance:
    try:
        return provenance_read(file, most=settings.PROVENANCE_MAX_BYTES, anchors=settings.PROVENANCE_TRUST)
    except NotMediaError as error:
        raise Unreadable(str(error)) from error
    except TooLargeError as error:
        raise TooLarge(str(error)) from error
    except UnreadableError as error:
        raise Undigestible(str(error)) from error
    except TrustError as error:
        logger.error("PROVENANCE_TRUST cannot be read: %s", error)
        raise Untrustworthy from error


class LengthRequired(exceptions.APIException):
    """A body of unknown length: the server in front of us does not hand it on."""

    status_code = 411
    default_code = "length_required"
    default_detail = "Say how long the body is (Content-Length), and do not send it in chunks."


class Undigestible(exceptions.APIException):
    """A file that takes more time or memory than a file may."""

    status_code = 422
    default_code = "unreadable_file"


class Untrustworthy(exceptions.APIException):
    """Nothing can be judged without the list of trusted signers."""

    status_code = 503
    default_code = "unavailable"
    default_detail = "The list of trusted signers cannot be read now. Send the same request again later."


def _declared(request: Request) -> AiSays:
    if (request.content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Unreadable("Send application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > _DECLARATION_BYTES:
        raise TooLarge(f"A declaration may hold at most {_DECLARATION_BYTES} bytes.")
    try:
        said = msgspec.json.decode(request.body, type=_Declaration).ai_generated
    except msgspec.ValidationError as error:
        raise exceptions.ValidationError(
            {"ai_generated": "Must be true, false, generated, partly or not_ai."}
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise exceptions.ParseError(f"The body is no JSON: {error}", "malformed") from error
    if isinstance(said, bool):
        return AiSays.GENERATED if said else AiSays.NOT_AI
    return AiSays(said)


def _pace_check(platform: Platform) -> None:
    if not pace_count(f"provenance:{platform.pk}", most=settings.PROVENANCE_PER_MINUTE):
        detail = f"{settings.PROVENANCE_PER_MINUTE} files and declarations a minute are taken. Send this again later."
        raise Busy("quota", detail, BusyError(MINUTE))


def _used(request: Request) -> None:
    if isinstance(request.auth, ApiKey):
        api_key_use(key=request.auth)


def _document(uri: str, digest: str, read: Provenance, standing: AiStanding | None) -> dict[str, Any]:
    return {
        "uri": uri,
        "sha256": digest,
        **msgspec.to_builtins(read),
        "known": standing is not None,
        "label": _label(standing),
    }


def _label(standing: AiStanding | None) -> dict[str, Any] | None:
    if standing is None or not standing.public_id:
        return None
    return {"id": standing.public_id, "state": standing.state}
