"""The commands, one file each; ``commands.py`` declares their options."""
