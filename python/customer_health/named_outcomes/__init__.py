"""How likely a customer is to pay more or to speak for us: a small model each, and if it predicts.

Pure functions, no warehouse; `model` has all of it.
"""

from customer_health.named_outcomes.model import OutcomeModel, fit_model
from customer_health.named_outcomes.settings import OutcomeSettings

__all__ = ["OutcomeModel", "OutcomeSettings", "fit_model"]
