"""Limits of bands from outcomes: pure functions, no warehouse."""

from customer_health.bands.limits import PLACE, fit_limits
from customer_health.bands.settings import BandSettings

__all__ = ["PLACE", "BandSettings", "fit_limits"]
