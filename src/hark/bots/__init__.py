"""Bots: flows that greet, ask, answer from articles, and hand over to a person when they do not know."""
