"""What a period's edits suggest for prompts/: counted, asked of a model, tried out, and shown as one diff."""
