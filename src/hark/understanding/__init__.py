"""What a message is about, how bad it is, how its writer feels, and whether it needs an answer."""
