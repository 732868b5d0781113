"""Figures and pages about the team's work: past complaints drafted again, and what edits suggest."""
