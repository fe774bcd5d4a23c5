"""Channels: how messages come in and go out. One folder per channel; `registry.py` names them all."""
