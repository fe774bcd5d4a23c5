"""Event logs of other programs: taken in as CSV or XES, shown in the same map, given out as XES."""
