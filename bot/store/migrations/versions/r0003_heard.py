"""Up to which message a room was heard: what came later is looked up after an outage."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the rooms."""
    op.create_table(
        "heard",
        sa.Column("place", sa.Text(), primary_key=True),
        sa.Column("message", sa.Text(), nullable=False),
    )
