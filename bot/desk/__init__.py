"""The rules of the reply desk. Imports the standard library (and our error tree) only."""
