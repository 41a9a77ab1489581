"""The numbers that validation uses."""

from collections.abc import Mapping

from pydantic import Field

from customer_health.policy import settings as policy
from customer_health.policy.settings import committed, threshold


class Settings(policy.Settings):
    """What the policy decides about validation; its CSV files say what each number means.

    Targets are by figure; a figure with one gets a verdict. All draws come from the one seed.
    """

    targets: Mapping[str, float] = Field(
        default_factory=lambda: committed("validation_targets.csv", "target"),
        validate_default=True,
    )
    excellent_targets: Mapping[str, float] = Field(
        default_factory=lambda: committed("validation_targets.csv", "excellent_target"),
        validate_default=True,
    )
    confidence_share: float = threshold("confidence_share")
    beats_probability: float = threshold("beats_probability")
    minimum_accounts: int = threshold("minimum_outcomes")
    minimum_churned_accounts: int = threshold("minimum_churned")
    minimum_override_accounts: int = threshold("override_minimum_accounts")
    falling_months: int = threshold("falling_months")
    reference_lag_months: int = threshold("drift_reference_months")
    distribution_bins: int = threshold("drift_bins")
    false_discovery_rate: float = threshold("false_discovery_share")
    least_effect: float = threshold("least_effect_spreads")
    least_f1_difference: float = threshold("least_f1_difference")
    least_auc_difference: float = threshold("least_auc_difference")
    change_days: int = threshold("metric_change_days")
    lead_days: int = threshold("lead_days")
    n_draws: int = threshold("bootstrap_samples")
    seed: int = 20240131


DEFAULTS = Settings()
