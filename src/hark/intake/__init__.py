"""The ledger of everything that comes in: raw kept, fate recorded, nothing only logged."""
