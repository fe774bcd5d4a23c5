"""Signing in to Google and Microsoft mailboxes with OAuth 2, without a password."""
