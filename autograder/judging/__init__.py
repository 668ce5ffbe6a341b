"""A submission becomes a verdict: its notebook made whole, its answers examined, its likely mistakes named."""
