"""Business hours: versioned calendars, and how long a team was really there."""
