"""What conversations are about. A topic has a mean handle time, which is the look-ahead d of price and order."""
