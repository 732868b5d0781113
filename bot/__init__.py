"""Portevoix: replies to unhappy customers, posted only once a manager has said yes."""
