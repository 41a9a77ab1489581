"""Whether people who override the score see more than it does."""

from customer_health.frames import typed
from customer_health.review_columns import OVERRIDES
from customer_health.reviews import override_outcomes_of


def model(dbt, session):
    """One row per direction in which overrides go."""
    counts = dbt.ref("int_overrides__counts")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, override_outcomes_of(counts, thresholds), OVERRIDES)
