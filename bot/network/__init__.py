"""Where customers are: what their links say, how long a reply may be, and how it gets there."""
