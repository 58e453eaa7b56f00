"""What a limit owes to its numbers: the verb ``impacts``."""
