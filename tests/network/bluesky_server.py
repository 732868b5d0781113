"""A real Bluesky PDS on loopback: one for all workers of a test run, or one of one's own to be killed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

POSTS = "app.bsky.feed.post"
SCRIPT = Path(__file__).with_name("bluesky_server.cjs")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portevoix"
_ADMIN = "Basic " + b64encode(b"admin:admin-pass").decode()  # dev-env's
PASSWORD = "a main password"


@cache
def packages() -> Path | None:
    """Where ``install_pds.sh`` has put the server for this machine's Node; None where it has not."""
    if not (node := shutil.which("node")):
        return None
    asked = subprocess.run([node, "-p", "process.versions.modules"], capture_output=True, text=True, check=True)
    ready = sorted(_CACHE.glob(f"pds-*-node{asked.stdout.strip()}/ready"))
    return ready[-1].parent if ready else None


WHY_NOT = "Bluesky's server is not installed: run tests/network/install_pds.sh (it needs Node 20)"


class Server:
    """A running PDS. It ends by itself shortly after its last ``Server`` was closed, or its process has ended."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.url = f"http://127.0.0.1:{ports['pds']}"
        self._hold = socket.create_connection(("127.0.0.1", ports["control"]), timeout=30)
        self.http = httpx2.Client(base_url=self.url, timeout=30)
        self.lags = ports.get("lags", 0)

    def seen(self) -> None:
        """The AppView has heard of all that was written; the stand-in reads the PDS itself."""
        if self.lags:
            self._say("settle")

    def close(self) -> None:
        self.http.close()
        self._hold.close()

    def kill(self) -> None:
        """SIGKILL, now."""
        self._say("kill")

    def start(self) -> None:
        """Up again on the same port and data; returns once it answers."""
        self._say("start")

    def _say(self, verb: str) -> None:
        self._hold.sendall(f"{verb}\n".encode())
        assert self._hold.recv(100) == b"done\n"

    def call(self, name: str, sent: dict[str, Any] | None = None, *, token: str = "", **asked: Any) -> Any:
        """One XRPC call past Portevoix: a GET, or a POST of what is ``sent``."""
        headers = {"Authorization": token if " " in token else f"Bearer {token}"} if token else {}
        method = "GET" if sent is None else "POST"
        answer = self.http.request(method, f"/xrpc/{name}", params=asked, json=sent, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def record(self, uri: str) -> dict[str, Any]:
        """As the public reads it."""
        _, _, repo, collection, key = uri.split("/")
        return self.call("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=key)

    def person(self, name: str) -> Person:
        """A new account, ``name.test``."""
        handle = f"{name}.test"
        asked = {"handle": handle, "email": f"{name}@mail.test", "password": PASSWORD}
        told = self.call("com.atproto.server.createAccount", asked)
        self.seen()
        return Person(self, handle, told["did"], told["accessJwt"])


@dataclass(frozen=True)
class Person:
    """Somebody with an account, in the network's own app."""

    server: Server
    handle: str
    did: str
    token: str = field(repr=False)

    def app_password(self, name: str = "portevoix") -> str:
        made = self.server.call("com.atproto.server.createAppPassword", {"name": name}, token=self.token)
        return str(made["password"])

    def revoke(self, name: str) -> None:
        """An app password, and the sessions it has opened."""
        self.server.call("com.atproto.server.revokeAppPassword", {"name": name}, token=self.token)

    def write(self, collection: str, record: dict[str, Any], key: str = "") -> dict[str, str]:
        """A new record: its uri and cid."""
        sent = {"repo": self.did, "collection": collection, "record": {"createdAt": now(), **record}}
        sent |= {"rkey": key} if key else {}
        made = self.server.call("com.atproto.repo.createRecord", sent, token=self.token)
        self.server.seen()
        return made

    def post(self, text: str, **more: Any) -> dict[str, str]:
        return self.write(POSTS, {"text": text, **more})

    def remove(self, uri: str) -> None:
        _, _, repo, collection, key = uri.split("/")
        sent = {"repo": repo, "collection": collection, "rkey": key}
        self.server.call("com.atproto.repo.deleteRecord", sent, token=self.token)
        self.server.seen()

    def posts(self) -> list[dict[str, Any]]:
        """All of them, as the public reads them, in the order of the times they tell."""
        held: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"repo": self.did, "collection": POSTS, "limit": 100}
        while True:
            told = self.server.call("com.atproto.repo.listRecords", **asked)
            held += told["records"]
            if not told.get("cursor"):
                return sorted(held, key=lambda one: one["value"]["createdAt"])
            asked["cursor"] = told["cursor"]

    def deactivated(self, yes: bool) -> None:
        """By the person."""
        name = "deactivateAccount" if yes else "activateAccount"
        self.server.http.post(
            f"/xrpc/com.atproto.server.{name}",
            headers={"Authorization": f"Bearer {self.token}"},
            json={} if yes else None,
        ).raise_for_status()

    def taken_down(self, yes: bool) -> None:
        """By the server's moderators."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": self.did}
        sent = {"subject": subject, "takedown": {"applied": yes, "ref": "a test"}}
        self.server.call("com.atproto.admin.updateSubjectStatus", sent, token=_ADMIN)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shared(folder: Path) -> Server:
    """The server of all that name this folder: whoever comes first starts it."""
    if whole := os.environ.get("BLUESKY_NETWORK"):
        return Server(json.loads(whole))
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "ports.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if state.exists():
            try:
                return Server(json.loads(state.read_text()))
            except OSError:  # it has ended meanwhile
                state.unlink()
        ports = _started(folder)
        state.write_text(json.dumps(ports))
        return Server(ports)


def _started(folder: Path) -> dict[str, int]:
    where = packages()
    assert where is not None, WHY_NOT
    data = folder / f"data-{os.urandom(4).hex()}"
    data.mkdir()
    command = ["node", str(SCRIPT), str(where), str(data)]
    with (folder / "trouble.log").open("ab") as trouble:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=trouble, start_new_session=True)
    assert process.stdout is not None
    with process.stdout as told:
        line = told.readline()
    assert line, f"the server did not start: {(folder / 'trouble.log').read_text()[-2000:]}"
    process.returncode = 0  # it ends by itself: nobody waits for it
    return json.loads(line)
