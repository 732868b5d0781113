"""The console: a terminal as the team's chat."""
