"""The numbers of the policy that decide what is said of a play."""

from customer_health.policy.settings import Settings, threshold


class PlaySettings(Settings):
    """What the policy says about plays; `thresholds.csv` says what each number means."""

    minimum_accounts: int = threshold("play_minimum_accounts")
    caliper: float = threshold("play_caliper_spreads")
    largest_dropout: float = threshold("play_dropout_share")
    least_points: float = threshold("least_play_points")
    least_share: float = threshold("least_play_share")
    confidence_share: float = threshold("confidence_share")
