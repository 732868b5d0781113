"""Cards in chats, edits of templates from chat, and who has taken a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what the chats keep."""
    op.add_column("cases", sa.Column("taken_id", sa.Text(), nullable=False, server_default=""))
    _cards()
    _template_edits()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("case_id", sa.Text(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("draft", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("chat", sa.Text(), primary_key=True),
        _words("place"),
        _words("message"),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        _words("worker"),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
    )
    live = sa.text("live")
    op.create_index("cards_message", "cards", ["message", "place"])
    op.create_index("cards_live", "cards", ["chat", "case_id"], sqlite_where=live, postgresql_where=live)


def _template_edits() -> None:
    op.create_table(
        "template_edits",
        sa.Column("id", sa.Integer(), primary_key=True),
        _words("brand"),
        _words("template"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _words("by"),
        _words("by_name"),
        _words("before"),
        _words("after"),
    )
    op.create_index("template_edits_last", "template_edits", ["brand", "template", "id"])
