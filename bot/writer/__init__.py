"""Turns a case into a draft."""
