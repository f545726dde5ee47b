"""From where somebody comes, as far as tries from there are counted together."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

_NETWORK_BITS = (
    64  # of IPv6 a household or a machine has a whole network, and as many addresses in it as it likes
)


def network_of(client: str) -> str | None:
    """Return what names the network of a client's address; None for one that tells nobody apart.

    That is an address of this machine or of a private network: a proxy's, which everybody comes from.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(client)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global:
        return None
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS)}/{_NETWORK_BITS}"
    return str(address)
