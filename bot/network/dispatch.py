"""Which network carries which reply."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.case import Complaint
from bot.desk.ports import Network


class ByNetwork:
    """The complaint's own network where an account is connected; by hand everywhere else."""

    def __init__(self, connected: Mapping[str, Network], otherwise: Network) -> None:
        self._connected = connected
        self._otherwise = otherwise

    def of(self, complaint: Complaint) -> Network:
        """The network that carries a reply to this complaint."""
        return self._connected.get(complaint.network, self._otherwise)
