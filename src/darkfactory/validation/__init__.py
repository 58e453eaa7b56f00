"""Numbers of the literature beside ours: one file per topic in ``topics``, and recasts of beam dumps in detail."""
