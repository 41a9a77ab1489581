"""What each review finds: between the Python models' relations and customer_health.validation.

On a review day the outcomes of one more month have matured. A review looks at the observations
whose outcomes matured in the year up to it, so nothing in it was unknown on its day. Most builds
have none to make and give back None, without loading what the statistics need: it takes seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from customer_health.frames import days_of
from customer_health.methods import EQUAL

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

    from customer_health.validation import Settings

OUTCOME_COLUMNS = (
    "scorecard, horizon_days, account_id, as_of_date, matured_date, health_score,"
    " coalesce(is_flagged, false) as is_flagged, cast(is_churned as double) as is_churned"
)


def figures_due(
    outcomes: Relation, clock: Relation, thresholds: Relation, targets: Relation
) -> pd.DataFrame | None:
    """Figures of the months whose outcomes matured since the build's window began.

    Args:
        outcomes: Relation int_evidence__scored_outcomes.
        clock: Relation stg_calendar__clock.
        thresholds: Relation with one row, a column per threshold.
        targets: Relation of the policy's targets.
    """
    window_start = _only_value(clock, "window_start_date")
    since = f"matured_date >= date '{window_start}'" if window_start else "true"
    due = outcomes.filter(since)
    if not due.limit(1).fetchall():
        return None
    import pandas as pd

    from customer_health.validation import monthly_figures

    history = _fetched(outcomes.project(f"{OUTCOME_COLUMNS}, segment"))
    rows = history
    if window_start:
        rows = history[history["matured_date"] >= pd.Timestamp(window_start)]
    figures = monthly_figures(rows, history, _settings(thresholds, targets))
    key = ["as_of_date", "horizon_days"]
    return figures.merge(rows[[*key, "matured_date"]].drop_duplicates(), on=key)


def labels_due(
    due: Relation, outcomes: Relation, scorecards: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Label of every scorecard at every review that is due.

    Args:
        due: Relation int_evidence__reviews_due.
        outcomes: Relation int_evidence__scored_outcomes.
        scorecards: Relation of the policy's scorecards.
        thresholds: Relation with one row, a column per threshold.
    """
    records = []
    cards = scorecards.filter("role <> 'off'").order("scorecard").project("scorecard, method")
    method_of = dict(cards.fetchall())
    equal = next((name for name, method in method_of.items() if method == EQUAL), None)
    for day, predicted, settings in _reviews(due, outcomes, thresholds):
        from customer_health.validation import label_predictions

        # also one without outcomes in the year: else its last label would hold for ever
        for name in method_of:
            by_equal = predicted[equal] if equal else None
            label = label_predictions(predicted[name], by_equal, settings)
            records.append(
                {
                    "scorecard": name,
                    "review_date": day,
                    "score_label": label.label,
                    "reasons": " ".join(label.reasons) or None,
                    **label.figures,
                }
            )
    return _frame(records)


def comparisons_due(
    due: Relation, outcomes: Relation, scorecards: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Comparison of every challenger with the production scorecard at every review that is due.

    Args: as for `labels_due`.
    """
    records = []
    baseline = _only_value(scorecards.filter("role = 'production'"), "scorecard")
    for day, predicted, settings in _reviews(due, outcomes, thresholds):
        from customer_health.validation import compare_predictions

        if baseline not in predicted:
            continue
        for variant in sorted(set(predicted) - {baseline}):
            figures = compare_predictions(predicted[baseline], predicted[variant], settings)
            records.append(
                {"baseline": baseline, "variant": variant, "review_date": day, **figures}
            )
    return _frame(records)


def retention_due(counts: Relation, thresholds: Relation) -> pd.DataFrame | None:
    """Retention by range of each score, and the cut below which flags would separate best.

    Args:
        counts: Relation int_evidence__range_counts.
        thresholds: Relation with one row, a column per threshold.
    """
    if not counts.limit(1).fetchall():
        return None
    import pandas as pd

    from customer_health.validation import best_cut, with_retention

    settings = _settings(thresholds)
    rows = with_retention(counts.df(), settings)
    score = ["scorecard", "score", "review_date"]
    found = {name: best_cut(ranges) for name, ranges in rows.groupby(score)}
    cuts = pd.concat({name: one.cuts for name, one in found.items()}, names=score)
    below = cuts.set_index("cut", append=True).droplevel(-2).add_suffix("_below")
    records = [(*name, one.best_cut, one.auc, one.reason) for name, one in found.items()]
    whole = pd.DataFrame(records, columns=[*score, "best_cut", "auc", "no_cut_reason"])
    rows = rows.join(below, on=[*score, "range_high"]).merge(whole, on=score)
    return rows.assign(is_best_cut=rows["range_high"] == rows["best_cut"])


def override_outcomes_of(counts: Relation, thresholds: Relation) -> pd.DataFrame | None:
    """Outcomes of overrides, against accounts in the same bands without one.

    Args:
        counts: Relation int_overrides__counts.
        thresholds: Relation with one row, a column per threshold.
    """
    if not counts.limit(1).fetchall():
        return None
    from customer_health.validation import override_outcomes

    return override_outcomes(counts.order("direction, band").df(), _settings(thresholds))


def drift_due(
    due: Relation, figures: Relation, scores: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Drift as each review that is due sees it: what it says of the newest month with outcomes.

    Args:
        due: Relation int_evidence__reviews_due.
        figures: Relation int_evidence__figures.
        scores: Relation int_evidence__observed_scores.
        thresholds: Relation with one row, a column per threshold.
    """
    days = days_of(due)
    if not days:
        return None
    import pandas as pd

    from customer_health.validation import drift

    settings = _settings(thresholds)
    horizon = _only_value(thresholds, "cast(fit_horizon_days as integer)")
    monthly = figures.filter(f"horizon_days = {horizon}").df()
    observed = _fetched(scores.project("scorecard, account_id, as_of_date, health_score"))
    reviewed = monthly[["as_of_date", "matured_date"]].drop_duplicates()
    review_of = dict(zip(reviewed["as_of_date"], reviewed["matured_date"], strict=True))
    checks = drift(monthly, observed, settings)
    checks = checks.assign(review_date=checks["as_of_date"].map(review_of))
    return checks[checks["review_date"].isin([pd.Timestamp(day) for day in days])]


def metric_verdicts_due(
    due: Relation, metrics: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Verdict on every metric on the newest day on which weights are due, from outcomes by then.

    Args:
        due: Relation int_weights__fits_due.
        metrics: Relation int_evidence__metric_outcomes.
        thresholds: Relation with one row, a column per threshold.
    """
    days = days_of(due)
    if not days:
        return None
    import pandas as pd

    from customer_health.validation import metric_evidence, metric_verdicts

    day = pd.Timestamp(days[-1])
    settings = _settings(thresholds)
    warning_days = _only_value(thresholds, "warning_days")
    date = f"date '{day:%Y-%m-%d}'"
    known = metrics.filter(f"as_of_date <= {date}")
    columns = f"""
        metric, account_id, as_of_date, metric_value, metric_score,
        case when matured_date <= {date} then cast(is_churned as double) end as is_churned,
        case
            when churn_known_date <= {date} and days_to_churn <= {warning_days}
                then days_to_churn
        end as days_to_churn
    """
    evidence = []
    # a dimension at a time, so that memory holds only its rows
    for (dimension,) in metrics.project("dimension").distinct().order("1").fetchall():
        rows = known.filter(f"dimension = '{dimension}'").project(columns)
        evidence += metric_evidence(_fetched(rows), settings)
    return metric_verdicts(evidence, settings).assign(review_date=day)


def _only_value(relation: Relation, expression: str) -> Any:
    ((value,),) = relation.project(expression).fetchall()
    return value


def _fetched(relation: Relation) -> pd.DataFrame:
    """Fetch rows without a text for each: categories, and account ids as numbers in their order."""
    table = relation.to_arrow_table()
    rows = table.to_pandas(strings_to_categorical=True, date_as_object=False)
    texts = {
        name: values.cat.reorder_categories(sorted(values.cat.categories))
        for name, values in rows.select_dtypes("category").items()
    }
    return rows.assign(**texts | {"account_id": texts["account_id"].cat.codes.astype(int)})


def _frame(records: list[dict]) -> pd.DataFrame | None:
    if not records:
        return None
    import pandas as pd

    return pd.DataFrame(records)


def _reviews(
    due: Relation, outcomes: Relation, thresholds: Relation
) -> Iterator[tuple[pd.Timestamp, dict[str, pd.DataFrame], Settings]]:
    """Give each review day with the predictions of the year up to it, and the settings.

    Predictions by scorecard: one without outcomes in the year is not in it, and has none if asked.
    """
    days = days_of(due)
    if not days:
        return
    import pandas as pd

    from customer_health.validation import predictions_of, with_outcome

    settings = _settings(thresholds)
    horizon = _only_value(thresholds, "cast(fit_horizon_days as integer)")
    reviewed = pd.Timedelta(days=_only_value(thresholds, "review_days"))
    first = min(days) - reviewed
    reviewed_rows = outcomes.filter(
        f"horizon_days = {horizon} and matured_date > date '{first:%Y-%m-%d}'"
    ).project(f"{OUTCOME_COLUMNS}, cast(tenure_days as double) as tenure_days")
    # put in order once, not at each review
    rows = with_outcome(_fetched(reviewed_rows), "scorecard", "matured_date", "tenure_days")
    of_scorecard = dict(list(rows.groupby("scorecard", observed=True)))
    for day in map(pd.Timestamp, days):
        predicted: dict[str, pd.DataFrame] = defaultdict(lambda: rows[:0])
        for name, history in of_scorecard.items():
            year = history[history["matured_date"].between(day - reviewed, day, inclusive="right")]
            if len(year):
                predicted[name] = predictions_of(year)
        yield day, predicted, settings


def _settings(thresholds: Relation, targets: Relation | None = None) -> Settings:
    from customer_health.validation import Settings

    others: dict[str, dict] = {}
    if targets is not None:
        rows = targets.df().set_index("figure")
        others = {
            "targets": rows["target"].to_dict(),
            "excellent_targets": rows["excellent_target"].dropna().to_dict(),
        }
    return Settings.of(thresholds.df().iloc[0], **others)
