"""The words of a user: rate, spectrum, events, trigger, reach, model."""
