"""One complaint and one approved reply, for the networks' tests."""

from datetime import UTC, datetime

import pytest

from bot.desk.case import Approval, Complaint, Reply

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def complaint() -> Complaint:
    return Complaint(
        id="slack:T1:C042:1718.0001",
        brand="exemple",
        text="Toujours rien reçu !",
        received_at=NOON,
        network="x",
        author="@lea_m",
        link="https://x.com/lea_m/status/1700?s=20",
    )


@pytest.fixture
def reply() -> Reply:
    text = "Bonjour Léa, votre colis part demain.\nDésolés ! 🙏🏽"
    return Reply(text=text, draft=1, approved_by=(Approval("console", "Camille Durand"),), approved_at=NOON)
