"""Validation of scores against matured outcomes: the mathematics behind the validation marts.

Rows in, figures out, and nothing else: no warehouse, no clock. Every entry point gives the same for
the same rows in any order, draws at random only from the seed in `Settings`, and counts evidence by
account, since the dates of one account repeat each other. Where a figure cannot be had it is null
and a reason says why.

`settings` holds the policy's numbers, `rows` orders and checks what comes in; `intervals`,
`ranking`, `bootstrap` and `calibration` are the methods; each other module answers one question.
"""

from customer_health.validation.alarm import InvertedAlarm, inverted_alarm
from customer_health.validation.comparison import (
    Summary,
    compare_predictions,
    compare_scorecards,
    compare_summaries,
)
from customer_health.validation.drift_checks import drift
from customer_health.validation.label import Label, label_predictions, score_label
from customer_health.validation.metrics import metric_evidence, metric_verdicts
from customer_health.validation.monthly import monthly_figures
from customer_health.validation.overrides import override_outcomes
from customer_health.validation.ranges import Separation, best_cut, with_retention
from customer_health.validation.rows import predictions_of, with_outcome
from customer_health.validation.settings import Settings

__all__ = [
    "InvertedAlarm",
    "Label",
    "Separation",
    "Settings",
    "Summary",
    "best_cut",
    "compare_predictions",
    "compare_scorecards",
    "compare_summaries",
    "drift",
    "inverted_alarm",
    "label_predictions",
    "metric_evidence",
    "metric_verdicts",
    "monthly_figures",
    "override_outcomes",
    "predictions_of",
    "score_label",
    "with_outcome",
    "with_retention",
]
