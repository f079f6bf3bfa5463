"""Which addresses may be connected to. A URL is a person's wish, but the name in it is resolved by somebody else's server:
so the address is checked that is really connected to, at every connect."""

import socket
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# A host name and a port → the addresses that it has, as text.
Resolve = Callable[[str, int], Sequence[str]]

# RFC 6052: an IPv4 address in the last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """An address that must not be connected to; its words name no address, since it may be a secret."""


def resolve(host: str, port: int) -> Sequence[str]:
    """By the system's resolver. Raises OSError."""
    return list(
        dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )


def allowed(addresses: Sequence[str], *, private: bool, secure: bool) -> Sequence[str]:
    """The same addresses, if every one of them may be connected to; raises NotAllowed if one may not.

    Public ones always; loopback and private ones if `private`; link-local (where clouds keep their metadata), multicast and
    reserved ones never. Without TLS (`secure` False) no public one.
    """
    for text in addresses:
        address = _real(text)
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            raise NotAllowed(
                "the host name leads to a link-local or multicast address, which is never allowed"
            )
        if not secure and address.is_global:
            raise NotAllowed("http:// is only for addresses of this network: use https://")
        if address.is_global:
            continue
        if not private:
            raise NotAllowed("the host name leads to a private address: `private: true` allows that")
        if address.is_reserved and not address.is_loopback:
            raise NotAllowed("the host name leads to a reserved address, which is never allowed")
    return addresses


def _real(text: str) -> IPv4Address | IPv6Address:
    """The address that is meant in the end: an IPv4 address may be wrapped in an IPv6 one, in more than one way."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        raise NotAllowed("the host name leads to no address of the Internet") from None
    return next(_within(address), address) if isinstance(address, IPv6Address) else address


def _within(address: IPv6Address) -> Iterator[IPv4Address]:
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield address.teredo[1]
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
