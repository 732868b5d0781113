"""prompts/ turned into text: templates, protocol, matching, checks."""
