"""Timers: what must happen at a time, one row per subject and kind; a new time is an upsert, cancelling a delete."""
