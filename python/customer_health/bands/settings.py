"""The numbers of the policy that decide how limits of bands are fitted."""

from customer_health.policy.settings import threshold
from customer_health.weights import FitSettings


class BandSettings(FitSettings):
    """As for weights, with what bands need."""

    ridge_penalty: float = threshold("churn_model_penalty")
    fitted_flagged_share: float = threshold("fitted_flagged_share")
    team_capacity_accounts: int = threshold("team_capacity_accounts")
