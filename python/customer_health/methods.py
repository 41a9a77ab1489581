"""How scorecards come by their scores: the one list of methods.

Most are a weighted mean, and differ in how they come by the weights: to add a fitted one, add a
line to `FITTED`. The weights of one that fits nothing are SQL, in macros/unfitted_weights.sql.
Methods without weights are models of their own in models/intermediate/scoring/methods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who asks for the names does not wait for pandas
    import numpy as np

    from customer_health.weights.correlation import Correlations
    from customer_health.weights.sample import Sample
    from customer_health.weights.settings import FitSettings


@dataclass(frozen=True)
class Fitted:
    """A method that learns weights from outcomes."""

    strengths: Callable[[Sample, Correlations, np.ndarray, FitSettings], np.ndarray]
    """From a sample, its correlations and a mask of dimensions: what weights are proportional to.

    NaN: no estimate.
    """
    is_coefficient: bool = False
    """Whether strengths are coefficients of a regression, to be published as such."""


def _correlation(
    sample: Sample, found: Correlations, which: np.ndarray, settings: FitSettings
) -> np.ndarray:
    return found.r


def _regression(
    sample: Sample, found: Correlations, which: np.ndarray, settings: FitSettings
) -> np.ndarray:
    from customer_health.weights.regression import coefficients

    return coefficients(sample, which, settings.ridge_penalty)


EXPERT, EQUAL, CORRELATION, REGRESSION = "expert", "equal", "correlation", "regression"
FITTED = {
    CORRELATION: Fitted(_correlation),
    REGRESSION: Fitted(_regression, is_coefficient=True),
}
WEIGHTED = (EXPERT, EQUAL, *FITTED)

RULES, POINTS, BASELINE, PROBABILITY = "rules", "points", "baseline", "probability"
PERCENTILE, PORTFOLIO_PERCENTILE, HYBRID = "percentile", "portfolio_percentile", "hybrid"
OVER_A_MEAN = (PERCENTILE, PORTFOLIO_PERCENTILE, HYBRID)
"""Those that turn the weighted mean of another scorecard into a score."""
RESULTS = {RULES: ("red", "green"), POINTS: ("points",), HYBRID: ("cap", "floor")}
"""What a row of scoring_rules.csv can lead to, by the method of its scorecard."""
METHODS = (*WEIGHTED, RULES, POINTS, BASELINE, PROBABILITY, *OVER_A_MEAN)
