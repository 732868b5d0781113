"""``portevoix networks …`` beside an instance on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mastodon_standin import MastodonStandIn, Status

PROMPTS = Path(__file__).parents[2] / "prompts"
X_LINK = "https://x.com/lea/status/1790000000000000001"

Run = Callable[..., Any]


@pytest.fixture
def instance(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MastodonStandIn]:
    """The brand has an account there, and its token."""
    shutil.copytree(PROMPTS, folder / "prompts")
    with MastodonStandIn() as server:
        server.account("acme", token="t0k3n")
        with (folder / "prompts" / "brand.yaml").open("a", encoding="utf-8") as brand:
            brand.write(f"\naccounts: {{mastodon: {{server: {server.url}, handle: acme}}}}\n")
        monkeypatch.setenv("MAIN_MASTODON_ACCESS_TOKEN", "t0k3n")
        yield server


@pytest.fixture
def said(instance: MastodonStandIn) -> Status:
    return instance.write(instance.account("lea"), "@acme Toujours rien reçu !")


def test_without_accounts_it_says_where_to_name_them(portevoix: Run) -> None:
    """And nothing is wrong: everything is posted by hand."""
    assert "accounts" in portevoix("networks", "list").out
    assert portevoix("networks", "check").code == 0
    assert "is connected" in portevoix("doctor").out


def test_an_account_is_listed_without_its_secret(instance: MastodonStandIn, portevoix: Run) -> None:
    """The name of the variable, never what it holds."""
    told = portevoix("networks", "list").out
    assert "acme" in told
    assert "t0k3n" not in told


def test_check_and_whoami_ask_the_network(instance: MastodonStandIn, portevoix: Run) -> None:
    """Nothing is posted."""
    assert portevoix("networks", "check").out == "✓ main mastodon: may post\n"
    assert "acme" in portevoix("networks", "whoami").out
    assert "✓ account main mastodon: may post" in portevoix("doctor").out


def test_a_secret_that_is_missing_or_wrong_is_told_by_its_name(
    instance: MastodonStandIn, portevoix: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With where to get it, and an exit code."""
    monkeypatch.setenv("MAIN_MASTODON_ACCESS_TOKEN", "wrong")
    ran = portevoix("networks", "check")
    assert (ran.code, ran.out[:18]) == (1, "✗ main mastodon: " + ran.out[17:18])
    monkeypatch.delenv("MAIN_MASTODON_ACCESS_TOKEN")
    assert "MAIN_MASTODON_ACCESS_TOKEN is missing" in portevoix("networks", "check").out


def test_a_link_is_tried_without_posting(instance: MastodonStandIn, said: Status, portevoix: Run) -> None:
    """The post, and how long a reply would be there."""
    ran = portevoix("networks", "try", instance.link(said), "--text", "Bonjour, désolés !")
    assert ran.code == 0
    assert "Toujours rien reçu !" in ran.out
    assert "of 500" in ran.out
    assert instance.below(said) == []


def test_a_link_that_leads_nowhere_says_so(instance: MastodonStandIn, said: Status, portevoix: Run) -> None:
    """Deleted, or on a network without an account."""
    instance.remove(said.id)
    ran = portevoix("networks", "try", instance.link(said))
    assert (ran.code, "not there" in ran.out) == (1, True)
    assert "posted by hand" in portevoix("networks", "try", X_LINK).out
