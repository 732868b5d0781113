"""Slack: intake, cards, decisions, forms, templates."""
