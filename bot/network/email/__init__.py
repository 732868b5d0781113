"""E-mail as a network: the reply goes to the customer's address, into the same conversation, by SMTP.

A mail that was handed over cannot be taken back, and no server knows it again: what may have been sent is never sent
again by itself. Where the mailbox can be read by IMAP, its Sent folder is asked.
"""

from __future__ import annotations

import ipaddress

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.email.account import EmailAccount
from bot.network.email.conversation import address_of
from bot.network.email.door import PORTS, Door, Security
from bot.network.email.sent import Sent


def build(spec: Spec) -> EmailAccount:
    """The account; its ``handle`` is the address that it writes from. ``options``:

    - ``host``, ``port``, ``security``: the server for outgoing mail. ``starttls`` (also where nothing is said), ``tls``
      from the first byte, or ``none``, which only a server on this machine may have. A company's own authority goes
      into ``SSL_CERT_FILE``, as for every program that uses OpenSSL.
    - ``user``: who logs in, where that is not the address. ``auth``: ``none`` for a server that knows us without.
    - ``name``: what stands before the address, as the brand calls itself.
    - ``imap-host``, ``imap-port``: where the mailbox is read, with the same user and password.
    - ``sent-folder``: where that does not tell which folder holds what was sent.

    Raises:
        SettingsError: something is missing or wrong.
    """
    where = f"brand.yaml of {spec.brand}, accounts, email"
    sender = address_of(spec.handle)
    if not sender.isascii() or not sender:
        raise SettingsError(reason=f"{where}: handle must be the address that answers, like hello@brand.example")
    door = _door(spec, where, sender)
    return EmailAccount(spec, sender, door, _sent(spec, where, door))


def _door(spec: Spec, where: str, sender: str) -> Door:
    host = spec.options.get("host", "").strip()
    if not host or not _NOT_IN_A_HOST.isdisjoint(host):
        raise SettingsError(reason=f"{where}: the option host must name the server for outgoing mail")
    told = spec.options.get("security", Security.STARTTLS.value)
    if told not in {each.value for each in Security}:
        raise SettingsError(reason=f"{where}: the option security must be starttls, tls or none")
    security = Security(told)
    if security is Security.NONE and not _is_this_machine(host):
        raise SettingsError(reason=f"{where}: security can only be none for a server on this machine, not for {host}")
    password = spec.secrets.get("password", "")
    if not password and security is not Security.NONE and spec.options.get("auth") != "none":
        raise SettingsError(
            reason=f"{spec.secret_name('password')} is missing: the password of {sender} on {host}, or an app password "
            "where the provider has those. A server that asks for none is told by the option auth: none."
        )
    user = (spec.options.get("user", "").strip() or sender) if password else ""
    return Door(host, _port(spec, "port", PORTS[security], where), security, user, password)


def _sent(spec: Spec, where: str, door: Door) -> Sent | None:
    host = spec.options.get("imap-host", "").strip()
    if not host:
        return None
    if not door.password:
        raise SettingsError(reason=f"{where}: to read the mailbox on {host}, {spec.secret_name('password')} is needed")
    tls = not (door.security is Security.NONE and _is_this_machine(host))
    port = _port(spec, "imap-port", 993, where)
    return Sent(host, port, door.user, door.password, tls=tls, folder=spec.options.get("sent-folder", ""))


def _port(spec: Spec, option: str, otherwise: int, where: str) -> int:
    told = spec.options.get(option, "") or str(otherwise)
    if not (told.isascii() and told.isdecimal() and 0 < int(told) < 65_536):
        raise SettingsError(reason=f"{where}: the option {option} must be a number, like {otherwise}")
    return int(told)


_NOT_IN_A_HOST = frozenset(" /@\\\r\n\t")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
