"""The present view: one figure, its question and its controls, large enough for the back row."""
