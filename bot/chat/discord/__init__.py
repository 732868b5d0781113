"""Discord: intake, cards, decisions, forms, templates."""
