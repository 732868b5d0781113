"""Cases, drafts and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    _cases()
    _drafts()
    _decisions()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON())


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), primary_key=True),
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
        _instant("updated_at"),
        _words("status"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _words("lang"),
        _words("kind"),
        _words("topic"),
        _words("severity"),
        sa.Column("draft", sa.Integer()),
        _json("approvals"),
        _json("reply"),
        _json("wish"),
        _words("taken_by"),
        _words("escalated"),
        _json("reason"),
        _instant("due", nullable=True),
        _json("lease"),
        sa.Column("attempts", sa.Integer(), nullable=False),
    )
    waiting = sa.text("due IS NOT NULL")
    op.create_index("cases_due", "cases", ["due", "id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("cases_received", "cases", ["received_at"])
    op.create_index("cases_status", "cases", ["status", "received_at"])
    op.create_index("cases_brand", "cases", ["brand", "received_at"])
    op.create_index("cases_brand_status", "cases", ["brand", "status", "received_at"])
    op.create_index("cases_network", "cases", ["network", "received_at"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("case_id", sa.Text(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        _words("text"),
        _words("origin"),
        _instant("written_at"),
        _words("lang"),
        _words("by"),
        _words("by_name"),
        _words("template"),
        _words("version"),
        _json("findings"),
        _json("alternatives"),
        _json("reason"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("case_id", sa.Text(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        _instant("at"),
        _words("by"),
        _words("by_name"),
        _words("action"),
        sa.Column("draft", sa.Integer(), nullable=False),
        _words("origin"),
        _words("template"),
        _words("before"),
        _words("after"),
        _words("note"),
        _json("overridden"),
        _words("status"),
    )
