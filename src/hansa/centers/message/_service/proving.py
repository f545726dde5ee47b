"""Mail with a one-time link: verify, change or take back an address, set a new password.

It is no notification: it is written once, after commit, for the address it proves, and kept nowhere; what it says is
asked of `user` at that moment, secret and all. So it stands in no inbox, and the outbox knows the proof's id alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from hansa.centers.message._rules.languages import languages_to_try
from hansa.centers.message._rules.mail import server_for, write_mail
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message._service.sending import _hand_over
from hansa.centers.message.errors import TemplateMissing
from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.message.types import DeliveryState, Mail, Rendered
from hansa.centers.user import api as user
from hansa.centers.user.events import ProofIssued
from hansa.kernel.context import SYSTEM
from hansa.kernel.event import Envelope
from hansa.kernel.problem import Busy

if TYPE_CHECKING:
    from hansa.centers.user.types import ProofMail
    from hansa.kernel.context import Ctx
    from hansa.kernel.platform import Platform


async def send_proof(platform: Platform, envelope: Envelope[ProofIssued]) -> None:
    """Mail a link that was asked for. Raises `Busy` when it is worth trying again.

    Nothing is sent when nobody has the address, when the link was used or replaced, or when it has expired.
    """
    told = await user.proof_mail(platform, envelope.event.proof)
    settings = platform.settings.section(Mail)
    server = server_for(told.traffic, settings) if told is not None else None
    if told is None or server is None:
        return
    # As the platform: accounts outlive a business that was stopped since.
    ctx = platform.context(told.business, traffic=told.traffic, actor=SYSTEM)
    place = f"{platform.settings.url()}/{told.business}/proof/{told.purpose.value.replace('_', '-')}"
    words = _write(ctx, told, url=f"{place}?{urlencode({'token': told.secret})}")
    mail = write_mail(
        words,
        party_id=envelope.event.proof,
        notification_id=envelope.event.proof,
        told_at=envelope.occurred_at,
        traffic=told.traffic,
        sender=settings.sender,
        sender_name=ctx.plan.business.text(told.locale.partition("-")[0]),
        to=told.email,
        to_name=told.name,
    )
    outcome = await _hand_over(mail, server, settings, to=told.email)
    if outcome.state is DeliveryState.QUEUED:
        raise Busy


def _write(ctx: Ctx, told: ProofMail, *, url: str) -> Rendered:
    """Write the mail in words of code alone: what a business publishes may not ask people for their password."""
    name = f"message.proof_{told.purpose.value}"
    for language in languages_to_try(told.locale, ctx.plan.business.languages):
        template = TEMPLATE.of(ctx)(ctx, name, language)
        if template is not None:
            known = {"url": url, "recipient": told.name, "business": ctx.plan.business.text(language)}
            return ctx.platform.service(Renderer).render(template, known, language=language)
    raise TemplateMissing(template=name)
