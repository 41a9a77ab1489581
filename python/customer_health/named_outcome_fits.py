"""The models of named outcomes that a build fits: between its relations and `fit_model`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from customer_health.frames import covariance_columns, days_of

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

# The terms of every model, the intercept first.
SHARED_TERMS = (
    "intercept", "usage", "engagement", "sentiment", "relationship", "support", "value",
    "financial", "renews", "tenure",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a model is fitted to."""

    name: str
    label: str
    """Column of int_named_outcomes__observations: 1, 0, or null where it is not known."""
    verb: str
    """What an account did that has it."""
    known_date: str | None = None
    """Column with the day from which on it was known that an account has it; None: matured_date."""
    terms: tuple[str, ...] = SHARED_TERMS
    """The intercept first."""

    @property
    def features(self) -> tuple[str, ...]:
        """Columns of int_named_outcomes__observations that it is read from."""
        return self.terms[1:]


# The terms that are no dimensions are also in dbt_project.yml (named_outcome_terms), and the
# outcomes in int_named_outcomes__likelihoods.sql and fct_named_scores.sql.
EXPANSION = Outcome("expansion", "is_expanded", "expanded")
ADVOCACY = Outcome(
    "advocacy",
    "is_advocate",
    "gave a reference",
    "advocate_known_date",
    (*SHARED_TERMS, "advocated"),
)
OUTCOMES = (EXPANSION, ADVOCACY)

COLUMNS = {
    "outcome": "varchar",
    "valid_from": "date",
    "term": "varchar",
    "coefficient": "double",
    "mean": "double",
    **covariance_columns(ADVOCACY.terms),
    "interval_factor": "double",
    "n_observations": "bigint",
    "n_accounts": "bigint",
    "n_positive_accounts": "bigint",
    "auc": "double",
    "auc_low": "double",
    "label": "varchar",
    "reason": "varchar",
}


def fit_due(
    due: Relation | None, observations: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Fit the models on every day that is due, each time on the outcomes that had matured by then.

    Args:
        due: Relation with the days (`valid_from`); None: the first day of every refit_months months
            that is observed.
        observations: Relation int_named_outcomes__observations.
        thresholds: Relation with one row, a column per threshold.

    Returns:
        Rows with the columns `COLUMNS`: an outcome's and version's terms, or one row with the
        reason why there is no model. None if nothing is due.
    """
    # a relation without rows counts as false
    days = days_of(_every_day(observations, thresholds) if due is None else due)
    if not days:
        return None
    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import pandas as pd

    from customer_health.named_outcomes import OutcomeSettings, fit_model
    from customer_health.validation.intervals import normal_quantile

    numbers = thresholds.df().iloc[0]
    settings = OutcomeSettings.of(numbers)
    found = []
    for outcome in OUTCOMES:
        labelled = observations.filter(f"{outcome.label} is not null")
        known = labelled.order("account_id, as_of_date").df()
        every = -(-len(known) // int(numbers["fit_row_cap"]))
        account = pd.factorize(known["account_id"])[0]
        known = known[account % max(every, 1) == 0]
        for day in days:
            model = fit_model(_as_known(known, outcome, day), outcome, settings)
            if isinstance(model, str):
                version = pd.DataFrame({"term": [outcome.terms[0]], "reason": [model]})
            else:
                version = pd.DataFrame(
                    model.covariance, columns=list(covariance_columns(outcome.terms))
                ).assign(
                    term=outcome.terms,
                    coefficient=model.coefficients,
                    mean=model.means,
                    interval_factor=normal_quantile(settings.confidence_share),
                    n_observations=model.n_observations,
                    n_accounts=model.n_accounts,
                    n_positive_accounts=model.n_positive_accounts,
                    auc=model.auc,
                    auc_low=model.auc_low,
                    label=model.label,
                    reason=model.label_reason,
                )
            found.append(version.assign(outcome=outcome.name, valid_from=day))
    return pd.concat(found, ignore_index=True)


def _as_known(rows: pd.DataFrame, outcome: Outcome, day: date) -> pd.DataFrame:
    """The rows that had matured by a day, with their labels as they were known on it."""
    import pandas as pd

    matured = rows[rows["matured_date"] <= pd.Timestamp(day)]
    if outcome.known_date is None:
        return matured
    was_known = matured[outcome.known_date] <= pd.Timestamp(day)
    return matured.assign(**{outcome.label: matured[outcome.label].where(was_known, 0)})


def _every_day(observations: Relation, thresholds: Relation) -> Relation:
    ((months,),) = thresholds.project("cast(refit_months as integer)").fetchall()
    first_days = observations.project("cast(date_trunc('month', as_of_date) as date) as valid_from")
    return first_days.distinct().filter(f"(month(valid_from) - 1) % {months} = 0")
