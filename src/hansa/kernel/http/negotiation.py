"""Which media type the reader takes. The API speaks JSON; whoever accepts no JSON is told so."""

from __future__ import annotations


def accepts(header: str | None, media_type: str) -> bool:
    """Tell whether an Accept header takes a media type (RFC 9110 12.5.1): the most specific range decides.

    No header, or an empty one, takes everything; a range that cannot be read takes nothing.
    """
    if not header or header == "*/*":
        return True
    family = media_type.partition("/")[0] + "/*"
    best = (0, 0.0)  # how specific the range is, and its quality
    for part in header.split(","):
        name, _, parameters = part.partition(";")
        specific = {media_type: 3, family: 2, "*/*": 1}.get(name.strip().lower(), 0)
        if specific > best[0]:
            best = (specific, _quality(parameters))
    return best[1] > 0


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
