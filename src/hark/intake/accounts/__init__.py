"""Mailboxes: the accounts mail comes in through and leaves by."""
