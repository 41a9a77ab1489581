"""The models of expansion that a build fits: between a Python model's relations and `fit_model`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

# The terms of the model, the intercept first; also in fct_named_scores.sql.
TERMS = (
    "intercept", "usage", "engagement", "sentiment", "relationship", "support", "value",
    "financial", "renews", "tenure",
)  # fmt: skip

COLUMNS = {
    "valid_from": "date",
    "term": "varchar",
    "coefficient": "double",
    "mean": "double",
    "n_observations": "bigint",
    "n_accounts": "bigint",
    "n_expanded_accounts": "bigint",
    "auc": "double",
    "auc_low": "double",
    "label": "varchar",
    "reason": "varchar",
}


def fit_due(
    due: Relation | None, observations: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Fit the model on every day that is due, each time on the outcomes that had matured by then.

    Args:
        due: Relation with the days (`valid_from`); None: the first day of every refit_months months
            that is observed.
        observations: Relation int_expansion__observations.
        thresholds: Relation with one row, a column per threshold.

    Returns:
        Rows with the columns `COLUMNS`: a version's terms, or one row with the reason why there is
        no model. None if nothing is due.
    """
    # a relation without rows counts as false
    days = _days(_every_day(observations, thresholds) if due is None else due)
    if not days:
        return None
    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import pandas as pd

    from customer_health.expansion import ExpansionSettings, fit_model

    numbers = thresholds.df().iloc[0]
    settings = ExpansionSettings.of(numbers)
    known = observations.filter("is_expanded is not null").order("account_id, as_of_date").df()
    every = -(-len(known) // int(numbers["fit_row_cap"]))
    account = pd.factorize(known["account_id"])[0]
    known = known[account % max(every, 1) == 0]
    found = []
    for day in days:
        model = fit_model(known[known["matured_date"] <= pd.Timestamp(day)], settings)
        if isinstance(model, str):
            found.append(pd.DataFrame({"term": [TERMS[0]], "reason": [model]}))
        else:
            version = pd.DataFrame(
                {"term": TERMS, "coefficient": model.coefficients, "mean": model.means}
            )
            found.append(
                version.assign(
                    n_observations=model.n_observations,
                    n_accounts=model.n_accounts,
                    n_expanded_accounts=model.n_expanded_accounts,
                    auc=model.auc,
                    auc_low=model.auc_low,
                    label=model.label,
                    reason=model.label_reason,
                )
            )
        found[-1] = found[-1].assign(valid_from=day)
    return pd.concat(found, ignore_index=True)


def _days(due: Relation) -> list[date]:
    return sorted(day for (day,) in due.fetchall())


def _every_day(observations: Relation, thresholds: Relation) -> Relation:
    ((months,),) = thresholds.project("cast(refit_months as integer)").fetchall()
    first_days = observations.project("cast(date_trunc('month', as_of_date) as date) as valid_from")
    return first_days.distinct().filter(f"(month(valid_from) - 1) % {months} = 0")
