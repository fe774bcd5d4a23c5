"""The outbox: replies wait, are checked again, leave once, in order, and every failure is seen."""
