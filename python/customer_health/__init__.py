"""The pure functions behind the customer health project: its checks and its Python models."""
