"""The numbers of the policy that decide how forecasts are fitted."""

from customer_health.policy.settings import Settings, threshold


class ForecastSettings(Settings):
    """The numbers of the policy that decide how forecasts are fitted."""

    confidence_share: float = threshold("confidence_share")
    minimum_accounts: int = threshold("minimum_outcomes")
    error_months: int = threshold("forecast_error_months")
