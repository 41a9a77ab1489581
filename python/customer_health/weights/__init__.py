"""Fits the weights of the dimensions to what became of the accounts.

Pure functions, no warehouse: `fit_weights` walks through the dates on which a fit is due and gives
every version of every scorecard's weights, with the evidence they rest on.

- `settings`: the numbers of the policy, and what they mean.
- `sample`: observations in the order of accounts, and who of them may be used.
- `correlation`, `somers`, `regression`: how strongly a dimension goes with retention.
- `importance`: which share of the explained variance is a dimension's own.
- `pooling`: enough evidence or not, segments, from strengths to weights, the cap on a step.
- `fits`: these put together for all accounts and for a segment.
- `versions`: the walk, and the columns that come out of it.
"""

from customer_health.weights.settings import FitSettings
from customer_health.weights.versions import fit_weights

__all__ = ["FitSettings", "fit_weights"]
