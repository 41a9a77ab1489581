"""Measures how long a build takes and how much memory, beside a floor and two plain baselines."""
