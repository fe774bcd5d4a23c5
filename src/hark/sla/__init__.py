"""Promises to customers: policies, their deadlines on both clocks, warnings, breaches and what follows from them."""
