"""The dashboard for Apache Superset: `bi/superset` as Superset exports it, and what opens it."""
