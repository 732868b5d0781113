"""Where the team works: one folder per chat, the same file names in each."""
