"""The numbers that validation goes by."""

from collections.abc import Mapping

from pydantic import Field

from customer_health.policy import settings as policy
from customer_health.policy.settings import committed, threshold


class Settings(policy.Settings):
    """What the policy decides about validation.

    Attributes:
        targets: Figure -> target in [0, 1]; also decides which figures get a verdict.
        excellent_targets: Figure -> the higher target that counts as excellent.
        confidence_share: Confidence of intervals and limits, in (0, 1).
        beats_probability: How sure a paired comparison must be to say that one score beats another.
        minimum_accounts: Accounts with an outcome before a score is judged.
        minimum_churned_accounts: Churned accounts before a score is judged or calibrated.
        falling_months: Falls in a row that count as drift.
        reference_lag_months: How far back the month lies that the distribution is held against.
        distribution_bins: Bins of the stability index (PSI).
        false_discovery_rate: Share of false findings allowed among metrics called significant.
        vanity_correlation: A metric whose correlation with retention is surely smaller is vanity.
        change_days: Window over which a metric's movement before churn is measured.
        lead_days: How long before churn a warning must come to be of use.
        n_draws: Draws of each bootstrap and each permutation.
        seed: Seed of all random draws.
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
    falling_months: int = threshold("falling_months")
    reference_lag_months: int = threshold("drift_reference_months")
    distribution_bins: int = threshold("drift_bins")
    false_discovery_rate: float = threshold("false_discovery_share")
    vanity_correlation: float = threshold("vanity_correlation")
    change_days: int = threshold("metric_change_days")
    lead_days: int = threshold("lead_days")
    n_draws: int = threshold("bootstrap_samples")
    seed: int = 20240131


DEFAULTS = Settings()
