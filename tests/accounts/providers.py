"""A small OpenID Connect provider on this machine: discovery, tokens for codes, keys and user information."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "election-centre", "a fictional client secret"


def key_made() -> rsa.RSAPrivateKey:
    """A signing key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What it says of who signs in, and what it was asked; tests bend it."""

    port: int = 0
    key: rsa.RSAPrivateKey = field(default_factory=key_made)
    signing_key: Any = None
    """With what ID tokens are signed, where that is not `key`."""
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    """Instead of what an ID token says rightly; None leaves a claim out."""
    user: dict[str, Any] = field(default_factory=lambda: {"sub": "anna-7", "email": "", "email_verified": True})
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """The parameters of authorisation, by the code that was given for them."""
    is_away: bool = False

    @property
    def url(self) -> str:
        """Its issuer."""
        return f"http://127.0.0.1:{self.port}"

    def authorize(self, address: str) -> str:
        """Somebody agreed at the address they were sent to; the code they bring back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return code

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """For a code, its verifier, and the client's own secret."""
        asked = self.asked.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        sound = asked is not None and asked["code_challenge"] == challenge
        if asked is None or not sound or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": self.user.get("sub"), "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked.get("nonce"),
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = None if self.algorithm == "none" else self.signing_key or self.key
        signed = jwt.encode(claims, key, self.algorithm, headers={"kid": "one"})
        return 200, {"access_token": "token-1", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and document."""
        if self.is_away:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/me",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/me":
            return 200, self.user
        return self.token(form) if path == "/token" else (404, {})


@contextmanager
def provider_running() -> Iterator[Provider]:
    """The provider on the loopback."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, document = provider.answer(urlsplit(self.path).path, form)
            said = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(30)
