"""Whether a mail comes from whom it says: SPF, DKIM, DMARC and ARC, and what a trusted server found of them."""
