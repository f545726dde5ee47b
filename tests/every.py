"""One test of many things, which names each that is not as it should be: a test for each costs more than the looking."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def every(things: Callable[[], Iterable[T]]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Make a test of a thing a test of them all; they are called by what they are as text."""

    def of_all(look: Callable[[T], None]) -> Callable[[], None]:
        def test() -> None:
            wrong, all_of_them = [], list(things())
            assert all_of_them
            for one in all_of_them:
                try:
                    look(one)
                except Exception as found:  # noqa: BLE001 - whatever it is, the others are looked at as well
                    wrong.append(f"{one}: {type(found).__name__}: {found}")
            assert not wrong, "\n".join(wrong)

        test.__name__, test.__module__ = look.__name__, look.__module__
        return test

    return of_all
