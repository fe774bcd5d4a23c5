"""Mail and delivery events that providers post to Hark: one module each, one table of them, one route."""
