"""Which addresses of the internet are public: everything that is not says what it is."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Forbids = Callable[[Address], str | None]
"""Says what forbids an address, in one word, or `None` where nothing does."""

_V4 = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "loopback"), ("127.0.0.0/8", "loopback"),
        ("10.0.0.0/8", "private"), ("172.16.0.0/12", "private"), ("192.168.0.0/16", "private"),
        # What overlay networks and providers' own networks give out; one cloud keeps its metadata there.
        ("100.100.100.200/32", "metadata"), ("100.64.0.0/10", "private"),
        ("169.254.169.254/32", "metadata"), ("169.254.0.0/16", "link_local"),
        # A cloud's own services, on an address that looks public.
        ("168.63.129.16/32", "metadata"), ("192.0.0.192/32", "metadata"),
        ("192.0.0.0/24", "reserved"), ("192.0.2.0/24", "reserved"), ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"), ("192.88.99.0/24", "reserved"), ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "private"), ("198.51.100.0/24", "reserved"), ("203.0.113.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"), ("240.0.0.0/4", "reserved"),
    )
)  # fmt: skip
_V6 = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("::/127", "loopback"), ("fd00:ec2::254/128", "metadata"), ("fc00::/7", "private"), ("fec0::/10", "private"),
        ("fe80::/10", "link_local"), ("ff00::/8", "multicast"),
        # Each of these holds an IPv4 address that a machine on the way may go on to: 6to4, Teredo and its neighbours.
        ("2002::/16", "reserved"), ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved"), ("3fff::/20", "reserved"), ("2620:4f:8000::/48", "reserved"),
    )
)  # fmt: skip
_GIVEN_OUT = IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)


def not_public(address: Address) -> str | None:
    """Return what an address is that does not lead into the public internet, or `None` for one that does."""
    for network, kind in _V4 if address.version == 4 else _V6:
        if address in network:
            return kind
    # Outside this range lie the mapped and the translated forms of IPv4 addresses, ::ffff: and 64:ff9b:.
    if address.version == 6 and (address not in _GIVEN_OUT or (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP):
        return "reserved"
    return None if address.is_global else "reserved"


def public_and_not_ours(address: Address) -> str | None:
    """Say the same, and `own` for an address of this machine or, in version 6, of the network it stands in."""
    return not_public(address) or ("own" if any(address in network for network in _own()) else None)


def _own() -> Iterator[IPv4Network | IPv6Network]:
    """Yield what this machine's interfaces are reached by. A home network has public addresses in version 6."""
    import psutil

    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            try:
                address = ip_address(one.address.partition("%")[0])
            except ValueError:
                continue
            yield ip_network((address, 64 if address.version == 6 else 32), strict=False)
