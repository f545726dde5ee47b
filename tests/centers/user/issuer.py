"""An OpenID Connect issuer of our own: discovery, keys and tokens over real HTTP, honest or not, as a test wants."""

import asyncio
import hmac
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


def encoded(part):
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class OwnIssuer:
    """Answers on a port of this machine. What it says of the person is in `claims`; `lie` changes a token's claims."""

    def __init__(self):
        self.url = ""
        self.claims = {
            "sub": "ada-at-acme",
            "email": "ada@example.com",
            "email_verified": True,
            "name": "Ada",
        }
        self.lie = {}
        self.header = {}
        self.alg = "RS256"
        self.keys = [self.new_key()]
        self.signs_with = None
        self.metadata = {}
        self.codes = {}
        self.asked = []
        self.status = 200

    def new_key(self):
        return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)

    async def start(self):
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def stop(self):
        self._server.close()
        await self._server.wait_closed()

    def agree(self, url):
        """What the browser brings back once the person has agreed: the code and the state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert urlsplit(url).path == "/authorize"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        self.asked.append(f"{method} {path}")
        status, said = self._say(path, {k: v[0] for k, v in parse_qs(body).items()}, head)
        told = json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + told
        )
        await writer.drain()
        writer.close()

    def _say(self, path, form, head):
        if self.status != 200:
            return self.status, {}
        if path.endswith("/.well-known/openid-configuration"):
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                **self.metadata,
            }
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.keys]}
        return self._tokens(form, head)

    def _tokens(self, form, head):
        asked = self.codes.pop(form.get("code"), None)
        basic = next(line for line in head.split("\r\n") if line.lower().startswith("authorization: "))
        client, secret = b64decode(basic.split(" ")[2]).decode().split(":")
        verifier = form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(sha256(verifier).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or (unquote(client), unquote(secret)) != ("hansa", "shared secret")
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "hansa",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
            **self.lie,
        }
        return 200, {"id_token": self._sign(claims), "access_token": "opaque", "token_type": "Bearer"}

    def _sign(self, claims):
        if self.alg != "RS256":
            signed = f"{encoded({'alg': self.alg, 'kid': self.keys[0].kid})}.{encoded(claims)}"
            # Signed with what everybody knows, the public key; or not at all.
            secret = self.keys[0].as_pem(private=False)
            tag = hmac.digest(secret, signed.encode(), "sha256") if self.alg == "HS256" else b""
            return f"{signed}.{urlsafe_b64encode(tag).rstrip(b'=').decode()}"
        key = self.signs_with or self.keys[0]
        return jwt.encode({"alg": self.alg, "kid": key.kid, **self.header}, claims, key)
