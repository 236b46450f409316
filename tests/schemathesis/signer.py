"""A till: signs each request as it is about to be sent (docs/signing.md)."""

from __future__ import annotations

from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from redeem import sign
from requests import PreparedRequest
from requests.auth import AuthBase
from world import HOME, METRICS, SUSPENDED, Till, World

def max_body_bytes(url: str | None) -> int:
    """The largest body that a call takes."""
    is_batch = urlsplit(url or "").path.endswith("/batch")
    return (256 if is_batch else 64) * 1024


class How(str, Enum):
    """How a request is to be signed. Until it is, this stands in `Signature-Input`."""

    RIGHTLY = "rightly"
    STALE = "stale"
    BY_SUSPENDED = "by a suspended shop"
    FORGED = "with another shop's secret"
    LARGE = "with a body that is too large"


# The only answer there is to a well-formed request that is signed so.
REFUSED: dict[str, str] = {
    How.STALE: "401 signature-stale",
    How.BY_SUSPENDED: "403 shop-suspended",
    How.FORGED: "401 signature-invalid",
}


class Signer(AuthBase):
    def __init__(self, world: World) -> None:
        self.tills = world.tills
        self.operator_token = world.operator_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if urlsplit(request.url or "").path == METRICS:
            request.headers["Authorization"] = f"Bearer {self.operator_token}"
            return request
        how = request.headers.get("Signature-Input")
        till = self.tills[SUSPENDED if how == How.BY_SUSPENDED else HOME]
        if how == How.FORGED:
            till = Till(till.keyid, self.tills[SUSPENDED].secret)
        if how == How.LARGE and request.body:
            # White space says nothing: only the size is wrong.
            request.body = as_bytes(request.body) + b" " * max_body_bytes(request.url)
            request.prepare_content_length(request.body)
        signed = sign(
            till.keyid,
            till.secret,
            request.method,
            request.url,
            None if request.method in ("GET", "HEAD") else as_bytes(request.body),
            as_text(request.headers.get("Idempotency-Key")),
            clock_off_by=-3600 if how == How.STALE else 0,
        )
        # A header that the case does without is not brought back.
        present = {name: value for name, value in signed.items() if name in request.headers}
        request.headers.update(present)
        return request


def as_bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def as_text(header: str | bytes | None) -> str | None:
    return header.decode("latin-1") if isinstance(header, bytes) else header
