"""One file per topic, each with a ``TOPIC``; the published numbers stand here and nowhere else."""
