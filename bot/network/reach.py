"""Which servers are called at all: those that are named, and none inside the house.

A name is resolved here, the addresses are looked at, and the connection goes to one of those very addresses: a DNS that
answers otherwise a moment later leads nowhere. ``Wire`` follows no redirects; TLS still asks for the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore2
import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Turns a host and port into addresses, in the order in which they are to be tried.
Resolve = Callable[[str, int], Awaitable[list[str]]]

#: Whoever answers to a name below these stands in somebody's own house.
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion")
#: The protocols' own (RFC 6890); ``is_global`` knows this block since Python 3.11.10 only.
_OWN = ipaddress.IPv4Network("192.0.0.0/24")
#: IPv6 addresses that carry an IPv4 one in their last 32 bits: NAT64 (RFC 6052), and the old IPv4-compatible ones.
_CARRYING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


class OutOfReach(httpx2.ConnectError):
    """A server that is not to be called; nothing was sent."""


def guarded(hosts: Iterable[str], *, named: Iterable[str] = (), limits: httpx2.Limits | None = None) -> Guarded:
    """A transport for ``httpx2.AsyncClient`` that calls only these hosts.

    ``hosts`` are the network's own, ``.example.com`` for whatever is below; they must lead to public addresses.
    ``named`` are those that the operator wrote down himself: they may be anywhere, also on this machine.
    """
    return Guarded(Guard(hosts, named), limits or httpx2.Limits())


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's; what is no address is not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(map(_is_open, _carried(ip)))


def may_be_public(host: str) -> bool:
    """Whether a host of a link may be of the open internet, as far as its name tells: nothing is resolved."""
    name = host.strip("[]").rstrip(".").lower()
    if _is_a_number(name):
        return is_public(name)
    return "." in name and not any(f".{name}".endswith(f".{inside}") for inside in _INSIDE)


class Guard(httpcore2.AsyncNetworkBackend):
    """Opens connections, to whom it may."""

    def __init__(
        self,
        hosts: Iterable[str],
        named: Iterable[str] = (),
        *,
        resolve: Resolve | None = None,
        opens: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._hosts = frozenset(map(_plain, hosts))
        self._named = frozenset(map(_plain, named))
        self._resolve = resolve or _resolved
        self._opens = opens or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers.

        Raises:
            OutOfReach: the host is none of ours, or leads into a private network.
        """
        *others, last = await self._addresses(host, port, timeout)
        share = timeout / (len(others) + 1) if timeout else None
        for address in others:
            try:
                return await self._opens.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._opens.connect_tcp(last, port, share, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries to connect."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int, patience: float | None) -> list[str]:
        name = _plain(host)
        if name in self._named:
            return [host]
        if not self._knows(name):
            raise OutOfReach(f"{name} is none of the hosts that may be called")
        try:
            async with asyncio.timeout(patience):
                found = await self._resolve(name, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{name} could not be looked up in time") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"{name} could not be looked up") from error
        if not (public := [address for address in found if is_public(address)]):
            raise OutOfReach(f"{name} leads to no public address")
        return public

    def _knows(self, name: str) -> bool:
        return name in self._hosts or any(host.startswith(".") and name.endswith(host) for host in self._hosts)


class Guarded(httpx2.AsyncHTTPTransport):
    """httpx2's transport over connections that a guard opens."""

    def __init__(self, guard: Guard, limits: httpx2.Limits) -> None:
        context = httpx2.create_ssl_context()
        super().__init__(verify=context)
        # httpx2 has no parameter for what opens its connections, httpcore2 has.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=guard,
        )


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _is_open(ip: Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _OWN


def _carried(ip: Address) -> list[Address]:
    """The IPv4 address that an IPv6 one carries, where it does; else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip.sixtofour]
    if ip.teredo:
        return list(ip.teredo)
    if any(ip in net for net in _CARRYING):
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip]


def _is_a_number(name: str) -> bool:
    """Whether a host is an address however it is written: dotted, short, octal, hexadecimal, or IPv6."""
    if ":" in name:
        return True
    try:
        socket.inet_aton(name)
    except (OSError, UnicodeEncodeError):
        return False
    return True
