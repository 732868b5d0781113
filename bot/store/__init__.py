"""The desk's store on SQLAlchemy: SQLite by default, PostgreSQL for several replicas."""

from bot.store.queries import Filters
from bot.store.store import Store

__all__ = ["Filters", "Store"]
