"""What models wrote: remarks and cost of a draft, the cost of every call, approved replies by topic and language."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns, table and indexes."""
    op.add_column("drafts", sa.Column("remarks", sa.JSON()))
    op.add_column("drafts", sa.Column("usage", sa.JSON()))
    posted = sa.text("status = 'posted'")
    columns = ["brand", "topic", "lang", "received_at"]
    op.create_index("cases_examples", "cases", columns, sqlite_where=posted, postgresql_where=posted)
    _model_calls()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _model_calls() -> None:
    op.create_table(
        "model_calls",
        sa.Column("id", sa.Integer(), primary_key=True),
        _words("brand"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _words("case_id"),
        _words("purpose"),
        _words("model"),
        _count("tokens_in"),
        _count("cached"),
        _count("tokens_out"),
        _count("calls"),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("price", sa.Float()),
        _words("currency"),
    )
    op.create_index("model_calls_day", "model_calls", ["brand", "at"])
