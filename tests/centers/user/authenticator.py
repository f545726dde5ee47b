"""An authenticator made of a few lines: it signs as WebAuthn says, or as a thief would."""

import json
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

HERE = "http://127.0.0.1:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Authenticator:
    """A device with one key."""

    def __init__(self, *, counts=True, origin=HERE, flags=PRESENT | VERIFIED):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0
        self.counts = counts
        self.origin = origin
        self.flags = flags

    def make(self, options):
        """Answer `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        return self._answer(
            clientDataJSON=b64(self._client("webauthn.create", options)),
            attestationObject=b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        )

    def sign(self, options):
        """Answer `navigator.credentials.get`."""
        self.count += self.counts
        data, client = self._data(options["rpId"]), self._client("webauthn.get", options)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=b64(client), authenticatorData=b64(data), signature=b64(signature))

    def _data(self, domain, flags=0):
        return sha256(domain.encode()).digest() + bytes([self.flags | flags]) + self.count.to_bytes(4)

    def _client(self, kind, options):
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **response):
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
