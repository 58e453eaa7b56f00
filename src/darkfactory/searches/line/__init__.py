"""What the searches for a line over a smooth background share."""
