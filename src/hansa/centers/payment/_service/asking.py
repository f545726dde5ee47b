"""Asking providers about many payments in a row: what is wrong with one holds up no other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment.extensions import ProviderUnreachable
from hansa.kernel.problem import Problem

_log = logging.getLogger("hansa.payment")


class Round:
    """One round of asking. A provider that let us wait once is left alone for the rest of it."""

    def __init__(self) -> None:
        self._silent: set[str] = set()

    def leaves_out(self, provider: str) -> bool:
        """Tell whether a provider is asked nothing more in this round."""
        return provider in self._silent

    @asynccontextmanager
    async def asking(self, provider: str, about: str) -> AsyncIterator[None]:
        """Ask a provider about something, within the time it has to answer; failures are logged, not raised."""
        try:
            async with asyncio.timeout(rules.PROVIDER_S_MAX):
                yield
        except TimeoutError:
            self._silent.add(provider)
            _log.warning("%s does not answer about %s", provider, about)
        except ProviderUnreachable:
            _log.warning("%s cannot be reached about %s", provider, about)
        except Problem as problem:
            _log.warning("cannot ask about %s: %s", about, problem.code)
        except Exception:  # noqa: BLE001 - a fault of one provider or payment is no reason to stop
            _log.exception("cannot ask about %s", about)
