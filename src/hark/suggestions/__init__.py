"""Suggested replies, learned from what each channel has sent."""
