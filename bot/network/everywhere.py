"""One network for every complaint."""

from __future__ import annotations

from bot.desk.case import Complaint
from bot.desk.ports import Network


class Everywhere:
    """The desk's ``Networks`` where a single network carries all replies: ``Everywhere(Manual())``."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def of(self, complaint: Complaint) -> Network:
        """The one network, whatever the complaint."""
        return self._network
