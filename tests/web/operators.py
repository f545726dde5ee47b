"""People of the house, at the desk where it decides."""

from __future__ import annotations

from uuid import uuid4

from shopfront import Shopfront
from surfer import Surfer

from hansa.centers.user import api as user
from hansa.centers.user.types import PartyId, Role

_PASSWORD = "a long enough one"


def log_in(front: Shopfront, role: Role | None) -> Surfer:
    """Somebody of the house, at the desk of the bazaar."""
    email = f"{uuid4().hex}@example.com"

    async def hired() -> None:
        guest = front.house.platform.context("bazaar", locale="en")
        session = await user.sign_up(guest, email=email, password=_PASSWORD, name="Mei")
        if role is not None:
            await user.grant_role(front.house.system, party=PartyId(session.actor.party), role=role)

    front.do(hired())
    surfer = Surfer(front.url)
    surfer.open("/bazaar/login")
    surfer.send("/login", email=email, password=_PASSWORD)
    return surfer
