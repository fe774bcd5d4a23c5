"""The cost of delay: what waiting costs, who is served first, and why, in one sentence."""
