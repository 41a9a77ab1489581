"""How likely a customer is to pay more: a small model of expansion, and whether it predicts.

Pure functions, no warehouse; `model` has all of it.
"""

from customer_health.expansion.model import TERMS, ExpansionModel, fit_model
from customer_health.expansion.settings import ExpansionSettings

__all__ = ["TERMS", "ExpansionModel", "ExpansionSettings", "fit_model"]
