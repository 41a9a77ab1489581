"""The numbers that validation goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What the policy decides about validation; the defaults are the committed policy's.

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

    targets: Mapping[str, float] = field(
        default_factory=lambda: {
            "accuracy": 0.80,
            "precision": 0.60,
            "recall": 0.75,
            "specificity": 0.85,
            "f1": 0.70,
        }
    )
    excellent_targets: Mapping[str, float] = field(default_factory=lambda: {"accuracy": 0.85})
    confidence_share: float = 0.95
    beats_probability: float = 0.95
    minimum_accounts: int = 50
    minimum_churned_accounts: int = 10
    falling_months: int = 3
    reference_lag_months: int = 12
    distribution_bins: int = 10
    false_discovery_rate: float = 0.10
    vanity_correlation: float = 0.05
    change_days: int = 90
    lead_days: int = 28
    n_draws: int = 400
    seed: int = 20240131


DEFAULTS = Settings()
