"""Slack as a network: a customer's message there is answered in its thread."""
