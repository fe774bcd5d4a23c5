"""Signing what we send (DKIM): keys of each domain, their records in DNS, and whether those are right."""
