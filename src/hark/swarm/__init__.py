"""Asking colleagues for help: who solved this before, what they need to know, and how they come in."""
