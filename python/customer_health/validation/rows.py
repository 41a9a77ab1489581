"""What every entry point does first with the rows it is given."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

KEY = ("scorecard", "horizon_days", "account_id", "as_of_date")


def in_order(rows: pd.DataFrame, needed: Iterable[str], key: Iterable[str] = KEY) -> pd.DataFrame:
    """Give the rows in one order, each key once, so that no figure depends on how they came.

    Account ids may be text, or numbers in the order of the ids, which is quicker; other texts may
    be categories in the order of their texts.
    """
    needed = set(needed)
    missing = sorted(needed - set(rows.columns))
    if missing:
        raise ValueError(
            f"The rows to validate lack {', '.join(missing)}. Fix: select these columns as well."
        )
    key = [name for name in key if name in rows.columns]
    # Where a key comes twice its values decide which row stays, not its place.
    values = sorted(needed - set(key))
    rows = rows[[*key, *values]]
    others = ("is_flagged", "segment", "matured_date")
    kinds: dict[str, object] = {name: float for name in values if name not in others}
    if not pd.api.types.is_integer_dtype(rows["account_id"]):
        kinds["account_id"] = str
    if "metric" in key:
        kinds["metric"] = "category"
    kinds = {name: kind for name, kind in kinds.items() if rows[name].dtype != kind}
    if kinds:
        rows = rows.astype(kinds)
    rows = rows.assign(as_of_date=pd.to_datetime(rows["as_of_date"]))
    if not _ascends(rows, key):
        rows = rows.sort_values(key)
    if not _ascends(rows, key):
        rows = rows.sort_values([*key, *values]).drop_duplicates(key)
    return rows.reset_index(drop=True)


def _ascends(rows: pd.DataFrame, key: list[str]) -> bool:
    """Tell whether the rows are in order of the key as they are, each key once."""
    tied = np.ones(max(len(rows) - 1, 0), dtype=bool)
    for name in key:
        values = rows[name].cat.codes if rows[name].dtype == "category" else rows[name]
        values = values.array
        if not np.asarray(values[1:] >= values[:-1], dtype=bool)[tied].all():
            return False
        tied &= np.asarray(values[1:] == values[:-1], dtype=bool)
    return not tied.any()


def with_outcome(scored: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Keep the account-dates that have matured; those without a label decide nothing."""
    needed = ("account_id", "as_of_date", "health_score", "is_flagged", "is_churned", *more)
    rows = _known(in_order(scored, needed), "is_churned")
    if rows["is_flagged"].dtype == bool:
        return rows
    return rows.assign(is_flagged=rows["is_flagged"].fillna(False).astype(bool))


def with_prediction(scored: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Keep of the matured account-dates those that had a score, hence a prediction."""
    return predictions_of(with_outcome(scored, *more))


def predictions_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of what `with_outcome` gave the account-dates that had a score."""
    return _known(rows, "health_score")


def _known(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Leave out the rows in which a column is null."""
    known = rows[name].notna()
    return rows if known.all() else rows[known].reset_index(drop=True)


def n_churned_accounts(rows: pd.DataFrame) -> int:
    """Count the accounts that churned, however many of their dates are in the rows."""
    return int(rows.loc[rows["is_churned"] == 1, "account_id"].nunique())


def one_of_each(rows: pd.DataFrame, *names: str) -> None:
    """Refuse rows of several scorecards or horizons where only one can be judged at a time."""
    for name in names:
        if name in rows.columns and rows[name].nunique() > 1:
            raise ValueError(
                f"The rows hold several values of {name}: {sorted(rows[name].unique())}."
                " Fix: call once for each."
            )
