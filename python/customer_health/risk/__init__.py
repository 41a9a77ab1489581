"""How likely an account is to leave: a small model of churn, fitted to what came of accounts.

Pure functions, no warehouse; `model` has all of it.
"""

from customer_health.risk.model import FEATURES, ChurnModel, Observations, fit_model
from customer_health.risk.settings import RiskSettings

__all__ = ["FEATURES", "ChurnModel", "Observations", "RiskSettings", "fit_model"]
