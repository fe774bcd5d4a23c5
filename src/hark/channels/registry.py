"""Every channel Hark speaks, by kind."""
