"""Passwords and letters go through encrypted connections only, to the server that brand.yaml names."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from contract import approved
from smtp_standin import SmtpStandIn
from test_network_email import PASSWORD, SENDER, a_world, complaint, sent, spec

from bot.desk.ports import NotSent, Posted
from bot.network.email import build, door

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """Our own authority's, for 127.0.0.1; key and certificate in one file."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return folder / "both.pem"


@asynccontextmanager
async def a_server(certificate: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool, trusted: bool = True):
    """With this certificate, which this machine trusts or not."""
    monkeypatch.setattr(door, "GO_AHEAD", 3.0)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with SmtpStandIn(users={SENDER: PASSWORD}, tls=context, implicit=implicit) as server:
        yield server


def account(server: SmtpStandIn, security: str):
    return build(spec(server, options={"security": security}))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_letter_goes_out_encrypted(certificate, monkeypatch, security):
    """After STARTTLS, or from the first byte; the password is only said then."""
    async with a_server(certificate, monkeypatch, implicit=security == "tls") as server:
        assert isinstance(await account(server, security).publish(complaint(), approved()), Posted)
        said = [each.partition(" ")[0] for each in server.said]
        again = ["EHLO"] if security == "starttls" else []
        assert said == ["CONNECT", "EHLO", *again, "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_knows_stops_everything(certificate, monkeypatch, security):
    """Told as a problem that a person mends; no password was said."""
    async with a_server(certificate, monkeypatch, implicit=security == "tls", trusted=False) as server:
        one = account(server, security)
        outcome = await one.publish(complaint(), approved())
        assert isinstance(outcome, NotSent)
        assert "certificate that is not to be trusted (self-signed" in str(outcome.reason)
        assert one.problem == outcome.reason
        assert not {"AUTH", "AUTH …"} & set(server.said)


async def test_a_server_that_offers_no_encryption_hears_no_password(monkeypatch):
    """STARTTLS left out, as somebody on the line would leave it out."""
    async with a_world(monkeypatch) as world:
        world.account = account(world.server, "starttls")
        outcome = await sent(world)
        assert isinstance(outcome, NotSent)
        assert "no encrypted connection" in str(outcome.reason)
        assert "AUTH …" not in world.server.said


async def test_the_wrong_kind_of_port_is_told(monkeypatch):
    """TLS from the first byte, on a port that begins in plain text."""
    async with a_world(monkeypatch) as world:
        world.account = account(world.server, "tls")
        assert "Please correct “port” and “security”" in str(await world.account.check(complaint()))
