"""The numbers of the policy that decide how the model of churn is fitted."""

from customer_health.policy.settings import threshold
from customer_health.weights import FitSettings


class RiskSettings(FitSettings):
    """As for weights, with a penalty of its own."""

    ridge_penalty: float = threshold("churn_model_penalty")
    """A penalty p is a prior belief that one standard deviation of what the model looks at moves
    the log odds of churn by 0 +- 1/sqrt(p). Each churned account counts once.
    """
