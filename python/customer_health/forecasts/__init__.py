"""Where a score will be in 90 days, from how scores went on before.

Pure functions, no warehouse; `model` has all of it.
"""

from customer_health.forecasts.model import FEATURES, Forecast, walk_forward
from customer_health.forecasts.settings import ForecastSettings

__all__ = ["FEATURES", "Forecast", "ForecastSettings", "walk_forward"]
