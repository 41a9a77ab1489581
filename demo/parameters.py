"""What a run is asked for (`Options`) and every number of the planted process (`Process`)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.toolkit import add_months, day_number

DIMENSIONS = (
    "usage",
    "engagement",
    "sentiment",
    "relationship",
    "support",
    "value",
    "financial",
)
SEGMENTS = ("smb", "mid_market", "enterprise")
SMB, MID_MARKET, ENTERPRISE = range(3)


@dataclass(frozen=True)
class Options:
    """The parameters of one run; the same options give the same data."""

    accounts: int = 1000
    months: int = 24
    events: int = 5_000_000
    seed: int = 7
    dirt: float = 0.01
    end: str = "2026-06-30"

    @property
    def last_day(self) -> int:
        """Last day of the data (days since 1970-01-01); the warehouse is as of its midnight."""
        return day_number(self.end)

    @property
    def first_day(self) -> int:
        """First day on which activity is recorded (days since 1970-01-01)."""
        return int(add_months(np.array([self.last_day + 1]), -self.months)[0])

    @property
    def last_second(self) -> int:
        """Last second of the data (seconds since 1970-01-01 UTC)."""
        return (self.last_day + 1) * 86_400 - 1


@dataclass(frozen=True)
class Shock:
    """A kind of event that moves the latent health of an account.

    `impulse` is added to the latent (log-odds) when the shock strikes and halves every
    `half_life` weeks; `signal` is the outside signal it may leave, with `signal_share`.
    """

    yearly_rate: float
    impulse: dict[str, float]
    half_life: float
    signal: str | None = None
    signal_share: float = 0.0


@dataclass(frozen=True)
class Playbook:
    """A play the customer-success team runs; `impulse` (log-odds) halves every 12 weeks."""

    name: str
    watches: str
    impulse: dict[str, float]


SHOCKS: dict[str, Shock] = {
    "champion_left": Shock(
        0.14,
        {"relationship": -1.4, "engagement": -0.8, "usage": -0.4},
        20,
        "champion_job_change",
        0.55,
    ),
    "reorganisation": Shock(
        0.08,
        {"relationship": -0.8, "usage": -0.6, "engagement": -0.4},
        14,
        "leadership_change",
        0.5,
    ),
    "budget_cut": Shock(
        0.08, {"financial": -1.5, "value": -0.6, "usage": -0.4}, 20, "layoffs", 0.6
    ),
    "acquisition": Shock(
        0.03, {"relationship": -1.0, "financial": -0.5, "value": -0.5}, 26, "acquisition", 0.85
    ),
    "competitor": Shock(0.06, {"sentiment": -0.7, "value": -0.8}, 16, "competitor", 0.45),
    "funding": Shock(0.05, {"financial": 1.0, "usage": 0.3}, 26, "funding", 0.8),
    "outage": Shock(0.0, {"support": -1.3, "sentiment": -0.9}, 5),
}

PLAYBOOKS = (
    Playbook("adoption_campaign", "usage", {"usage": 0.6, "engagement": 0.2}),
    Playbook("executive_outreach", "relationship", {"relationship": 0.6, "engagement": 0.3}),
    Playbook("support_review", "support", {"support": 0.6, "sentiment": 0.3}),
    Playbook("value_review", "value", {"value": 0.6, "sentiment": 0.2}),
)


@dataclass(frozen=True)
class Process:
    """Latent health, churn and how both show in the systems. Rates are per week unless named."""

    # Who the accounts are.
    segment_share: tuple[float, ...] = (0.58, 0.30, 0.12)
    employees_unknown_share: float = 0.02
    seats_median: tuple[float, ...] = (6.0, 17.0, 55.0)
    seats_log_sd: float = 0.5
    child_share: float = 0.06
    started_before_share: float = 0.62
    age_mean_days: float = 520.0
    age_max_days: int = 1600
    no_support_share: float = 0.04
    silent_share: float = 0.15
    no_plan_share: float = 0.05
    no_integration_share: float = 0.15
    single_user_share: float = 0.07
    accounts_per_csm: int = 25
    owner_changes_per_year: float = 0.35

    # Latent health, on the log-odds scale: level + shared drift + own drift + shocks + plays.
    mean_log_odds: float = 0.42
    account_sd: float = 0.40
    shared_sd: float = 0.35
    shared_half_life: float = 26.0
    own_sd: float = 0.78
    own_half_life: float = 16.0
    outage_gap_days: int = 250
    outage_share: float = 0.6
    outage_days: int = 3
    outage_tickets: float = 4.0  # on these days, as a multiple of a usual week
    replaced_champion_share: float = 0.65
    refractory_weeks: int = 26
    playbook_threshold: float = 0.43
    playbook_rate: float = 0.10
    playbook_gap_weeks: int = 14
    playbook_half_life: float = 12.0
    wind_down: dict[str, float] = field(
        default_factory=lambda: {"usage": -0.9, "engagement": -0.9, "sentiment": -0.4}
    )

    # Churn. Effects are log-hazard per unit of latent, by segment in the order of DIMENSIONS.
    yearly_loss: float = 0.15
    segment_hazard: tuple[float, ...] = (1.35, 0.85, 0.6)
    effects: tuple[tuple[float, ...], ...] = (
        (2.6, 1.2, 1.1, 0.9, 1.1, 1.4, 1.5),
        (2.0, 1.3, 1.2, 1.5, 1.2, 1.6, 1.2),
        (1.5, 1.3, 1.2, 2.2, 1.3, 2.0, 0.9),
    )
    season_amplitude: float = 0.12
    renewal_window_days: int = 84
    renewal_multiplier: float = 3.5
    safe_weeks: int = 6

    # What is seen of it.
    late_event_share: float = 0.005
    late_event_days: tuple[float, float] = (1.0, 10.0)
    anonymous_event_share: float = 0.01
    least_events_per_user_day: float = 1.5
    void_share: float = 0.007
    add_on_share: float = 0.12
    early_renewal_share: float = 0.25
    overlap_share: float = 0.2  # of early renewals: a day or two with the old term
    free_invoice_share: float = 0.08
    training_for_all_share: float = 0.1
    dormant_logins_median: float = 40.0
    dormant_logins_log_sd: float = 1.3
    blocked_open_share: float = 0.12  # of e-mails clicked or answered
    one_off_names: int = 4  # event names with an id in them, each seen once, per month

    def effect_matrix(self) -> np.ndarray:
        """Effects as an array, segment x dimension."""
        return np.array(self.effects)
