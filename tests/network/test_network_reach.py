"""The guard before every connection: named hosts only, and none inside the house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpcore2
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.network.reach import Guard, Guarded, OutOfReach, guarded, is_public, may_be_public

PUBLIC = "93.184.216.34"
INSIDE = """
    127.0.0.1 127.8.8.8 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1
    255.255.255.255 198.18.0.1 192.0.0.8 ::1 :: fe80::1 fe80::1%eth0 fc00::1 ff02::1 2001:db8::1 64:ff9b:1::1 x
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 2002:7f00:1:: ::7f00:1
    2001:0:4136:e378:8000:63bf:f5ff:fffe
"""
INSIDE_BY_NAME = """
    localhost a.localhost printer.local metadata.google.internal box.home.arpa intranet 127.1 0x7f.1 2130706433 [::1]
"""


class Line(httpcore2.AsyncMockBackend):
    """Opens nothing, and keeps to whom it would have."""

    def __init__(self, deaf: tuple[str, ...] = ()) -> None:
        super().__init__([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        self.deaf = deaf
        self.called: list[str] = []

    async def connect_tcp(self, host: str, *args: object, **named: object) -> httpcore2.AsyncNetworkStream:
        self.called.append(host)
        if host in self.deaf:
            raise httpcore2.ConnectTimeout(host)
        return await super().connect_tcp(host, *args, **named)


def answering(*answers: list[str]) -> Callable[[str, int], object]:
    """A DNS that gives each of these answers once, the last one for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.sleep(0)
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def guard(*answers: list[str], line: Line, hosts: tuple[str, ...] = ("net.example", ".below.example")) -> Guard:
    return Guard(hosts, ("mine.example",), resolve=answering(*answers), opens=line)


async def status(guard: Guard, url: str) -> int:
    async with httpx2.AsyncClient(transport=Guarded(guard, httpx2.Limits()), timeout=2) as client:
        return (await client.get(url)).status_code


@pytest.mark.parametrize("address", [*INSIDE.split(), ""])
def test_an_address_inside_a_house_is_not_public(address):
    """Loopback, private, link-local, shared, multicast, reserved; also where an IPv6 address carries one of them."""
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_open_internet_is_public(address):
    """Also through NAT64, where a machine has IPv6 only."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_the_ipv4_one_it_carries(address):
    """Mapped into IPv6, or reached through NAT64, it is the same machine."""
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(str(address))


@pytest.mark.parametrize("host", ["social.example", "SOCIAL.example.", "8.8.8.8", "[2606:4700::1111]"])
def test_a_host_may_be_of_the_open_internet(host):
    """As far as its name tells."""
    assert may_be_public(host)


@pytest.mark.parametrize("host", [*INSIDE_BY_NAME.split(), ""])
def test_a_hosts_name_may_tell_that_it_is_inside(host):
    """However an address is written; a single word, or a house's own endings."""
    assert not may_be_public(host)


async def test_only_named_hosts_are_called():
    """Neither another host, nor one that only ends or begins like ours."""
    line = Line()
    ours = guard([PUBLIC], line=line)
    for host in ("other.example", "evilnet.example", "net.example.evil.example", "below.example"):
        with pytest.raises(OutOfReach):
            await status(ours, f"https://{host}/")
    assert line.called == []
    assert await status(ours, "http://NET.example./") == 200
    assert await status(guard([PUBLIC], line=line), "http://a.below.example/") == 200


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"])
async def test_a_name_that_leads_inside_is_not_called(inside):
    """Whoever owns a network's name in the DNS cannot send us into our own house."""
    line = Line()
    with pytest.raises(OutOfReach):
        await status(guard([inside], line=line), "http://net.example/")
    assert line.called == []


async def test_a_dns_that_changes_its_mind_leads_nowhere():
    """The address that was looked at is the one that is called: a second answer is never asked for."""
    line = Line()
    assert await status(guard([PUBLIC], ["127.0.0.1"], line=line), "http://net.example/") == 200
    assert line.called == [PUBLIC]


async def test_of_several_addresses_the_public_ones_are_tried_in_turn():
    """One that does not answer is not the end; one inside is passed over."""
    line = Line(deaf=("2606:4700::1111",))
    assert await status(guard(["10.0.0.1", "2606:4700::1111", PUBLIC], line=line), "http://net.example/") == 200
    assert line.called == ["2606:4700::1111", PUBLIC]


async def test_an_operators_own_host_may_be_anywhere():
    """A server in the same house, named in brand.yaml: it is called by its name, unresolved."""
    line = Line()
    assert await status(guard(["127.0.0.1"], line=line), "http://mine.example/") == 200
    assert line.called == ["mine.example"]


async def test_out_of_reach_is_told_as_not_connected():
    """So that nobody takes it for a call whose fate is unknown."""
    with pytest.raises(httpx2.ConnectError):
        await status(guard(["10.0.0.1"], line=Line()), "http://net.example/")


async def test_a_name_that_cannot_be_looked_up_is_not_connected():
    """A DNS that is away, or takes too long."""

    async def away(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async def slow(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(httpx2.ConnectError):
        await status(Guard(["net.example"], resolve=away, opens=Line()), "http://net.example/")
    with pytest.raises(httpcore2.ConnectTimeout):
        await Guard(["net.example"], resolve=slow, opens=Line()).connect_tcp("net.example", 443, 0.01)


@pytest.fixture
async def neighbour() -> AsyncIterator[str]:
    """A server on this machine: its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield str(server.sockets[0].getsockname()[1])


async def test_over_real_connections(neighbour):
    """The same with httpx2's own sockets: named it is called; as a network's host it is refused."""
    async with httpx2.AsyncClient(transport=guarded((), named=["127.0.0.1"])) as client:
        assert (await client.get(f"http://127.0.0.1:{neighbour}/")).text == "ok"
    async with httpx2.AsyncClient(transport=guarded(["127.0.0.1"])) as client:
        with pytest.raises(OutOfReach):
            await client.get(f"http://127.0.0.1:{neighbour}/")
