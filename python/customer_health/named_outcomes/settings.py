"""The numbers of the policy that decide how the models of named outcomes are fitted."""

from customer_health.policy.settings import Settings, threshold


class OutcomeSettings(Settings):
    """The numbers of the policy that decide how the models of named outcomes are fitted."""

    minimum_outcomes: int = threshold("minimum_outcomes")
    minimum_positive: int = threshold("minimum_churned")
    ridge_penalty: float = threshold("churn_model_penalty")
    confidence_share: float = threshold("confidence_share")
    n_draws: int = threshold("bootstrap_samples")
