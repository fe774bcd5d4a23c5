"""How many people are needed, when: the forecast of what arrives, and who must be there for the promise."""
