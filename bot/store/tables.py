"""The tables. Whoever changes them adds a revision under ``migrations/versions``; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

from bot.store.words import clean


def utc(at: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        ValueError: the time is naive: nobody can say which instant it is.
    """
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"a naive time cannot be stored: {at}")
    return at.astimezone(UTC)


class Instant(TypeDecorator[datetime]):
    """An aware time, UTC on both sides. A naive one raises ``ValueError`` (inside SQLAlchemy's ``StatementError``)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what is naive; SQLite, which has no zones, gets the digits in UTC."""
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else utc(value)


class Words(TypeDecorator[str]):
    """Text that any database takes: see ``clean``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Take out what PostgreSQL or UTF-8 would refuse."""
        return None if value is None else clean(value)


def _words(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def _json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True))


metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    # the complaint: only what it lacked is ever added
    Column("id", Words, primary_key=True),
    _words("brand"),
    _words("text"),
    _instant("received_at"),
    _words("network"),
    _words("author"),
    _words("author_name"),
    _words("link"),
    _words("complaint_lang"),
    _instant("written_at", nullable=True),
    _words("source"),
    _json("notes"),
    _json("attachments"),
    # where its reply stands
    _instant("updated_at"),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    _words("lang"),
    _words("kind"),
    _words("topic"),
    Column("severity", Text, nullable=False),
    Column("draft", Integer),  # the current one's number
    _json("approvals"),
    _json("reply"),
    _json("wish"),
    _words("taken_by"),
    _words("escalated"),
    _json("reason"),
    _instant("due", nullable=True),
    _json("lease"),
    Column("attempts", Integer, nullable=False),
    Column("taken_id", Words, nullable=False, server_default=""),
)

Index(
    "cases_due",
    cases.c.due,
    cases.c.id,
    sqlite_where=cases.c.due.is_not(None),
    postgresql_where=cases.c.due.is_not(None),
)
Index("cases_received", cases.c.received_at)
Index("cases_status", cases.c.status, cases.c.received_at)
Index("cases_brand", cases.c.brand, cases.c.received_at)
Index("cases_brand_status", cases.c.brand, cases.c.status, cases.c.received_at)
Index("cases_network", cases.c.network, cases.c.received_at)
Index(
    "cases_examples",
    cases.c.brand,
    cases.c.topic,
    cases.c.lang,
    cases.c.received_at,
    sqlite_where=cases.c.status == "posted",
    postgresql_where=cases.c.status == "posted",
)

drafts = Table(
    "drafts",
    metadata,
    Column("case_id", Words, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _words("text"),
    Column("origin", Text, nullable=False),
    _instant("written_at"),
    _words("lang"),
    _words("by"),
    _words("by_name"),
    _words("template"),
    _words("version"),
    _json("findings"),
    _json("alternatives"),
    _json("reason"),
    _json("remarks"),
    _json("usage"),
)

# what every call of a model cost, a draft's and others': a brand's budget is counted from it
model_calls = Table(
    "model_calls",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("brand"),
    _instant("at"),
    _words("case_id"),  # empty for a call that is about no case
    _words("purpose"),  # draft, translate, suggest, replay
    _words("model"),
    Column("tokens_in", Integer, nullable=False),
    Column("cached", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("price", Float),  # null: brand.yaml names none
    _words("currency"),
)

Index("model_calls_day", model_calls.c.brand, model_calls.c.at)

decisions = Table(
    "decisions",
    metadata,
    Column("case_id", Words, ForeignKey("cases.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),  # the one it made of the case
    _instant("at"),
    _words("by"),
    _words("by_name"),
    _words("action"),
    Column("draft", Integer, nullable=False),
    _words("origin"),
    _words("template"),
    _words("before"),
    _words("after"),
    _words("note"),
    _json("overridden"),
    _words("status"),
)

cards = Table(
    "cards",
    metadata,
    Column("case_id", Words, ForeignKey("cases.id"), primary_key=True),
    Column("draft", Integer, primary_key=True, autoincrement=False),
    Column("chat", Text, primary_key=True),
    _words("place"),
    _words("message"),
    Column("shown", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    _words("worker"),
    _instant("claimed_at"),
)

Index("cards_message", cards.c.message, cards.c.place)
Index("cards_live", cards.c.chat, cards.c.case_id, sqlite_where=cards.c.live, postgresql_where=cards.c.live)

template_edits = Table(
    "template_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("brand"),
    _words("template"),
    _instant("at"),
    _words("by"),
    _words("by_name"),
    _words("before"),
    _words("after"),
)

Index("template_edits_last", template_edits.c.brand, template_edits.c.template, template_edits.c.id)

heard = Table(
    "heard",
    metadata,
    Column("place", Words, primary_key=True),
    _words("message"),
)
