"""Discord as a network: a customer's message there is answered below it."""
