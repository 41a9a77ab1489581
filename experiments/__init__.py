"""Experiments: what the scores find of a truth that was planted."""
