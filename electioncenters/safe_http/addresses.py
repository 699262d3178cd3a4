"""Which IP addresses belong to the public Internet. Pure code.

The tables are written out instead of trusting `ipaddress.is_global` alone, which answers differently from one version
of Python to the next.
Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses.
"""

from __future__ import annotations

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_PUBLIC_V4: Final = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; a cloud's metadata service is in it, too
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, but is a cloud's own service on every machine of it
        "169.254.0.0/16",  # link-local, with the metadata services of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
]
#: All of IPv6 that is routed publicly: loopback, mapped and translated IPv4, local and multicast addresses lie outside.
_UNICAST_V6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own, among them Teredo, which carries an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",
    )
]


def is_public(address: Address) -> bool:
    """Whether an address is one that anybody on the Internet could reach, and not one inside a network of ours."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _UNICAST_V6 and address.is_global and not any(address in network for network in _NOT_PUBLIC_V6)
