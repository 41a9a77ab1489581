"""Observations as arrays in the order of accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

UNKNOWN_SEGMENT = "unknown"
SCORE_SUFFIX = "_score"
NEEDED_COLUMNS = ("account_id", "as_of_date", "matured_date", "segment", "is_retained")


@dataclass(frozen=True)
class Sample:
    """Labelled observations, sorted by account and day.

    Whatever the order of the rows they were made of, equal rows give equal samples.
    """

    ids: np.ndarray
    """Ids of all accounts there are, sorted; `account` counts in it."""
    account: np.ndarray
    """Number of the account, per row, never decreasing."""
    scores: np.ndarray
    """Scores (0-100), a column per dimension; NaN: unknown."""
    is_retained: np.ndarray
    """1.0 retained, 0.0 churned, per row."""
    segment: np.ndarray
    """Segment of the account on that day."""
    matured_date: np.ndarray
    """Day from which on the label was known."""

    @classmethod
    def of(cls, observations: pd.DataFrame, dimensions: Sequence[str]) -> Sample:
        """Read a frame with a row per account and day; a missing score column is unknown."""
        if not len(observations):
            observations = observations.reindex(columns=NEEDED_COLUMNS)
        missing = [name for name in NEEDED_COLUMNS if name not in observations.columns]
        if missing:
            raise ValueError(
                f"The observations have no column {', '.join(missing)}. "
                "Fix: give one row per account and day with a matured label."
            )
        is_retained = pd.to_numeric(observations["is_retained"]).to_numpy(float, na_value=np.nan)
        if not np.isin(is_retained, (0.0, 1.0)).all():
            raise ValueError(
                "is_retained holds something else than 0 and 1. "
                "Fix: leave out observations whose label has not matured."
            )
        if observations["account_id"].isna().any():
            raise ValueError("An observation has no account_id. Fix: leave it out.")
        account, ids = pd.factorize(observations["account_id"].to_numpy(object), sort=True)
        segment = observations["segment"].astype(object).fillna(UNKNOWN_SEGMENT).to_numpy(object)
        as_of_date = observations["as_of_date"].to_numpy("datetime64[s]")
        matured_date = observations["matured_date"].to_numpy("datetime64[s]")
        scores = np.full((len(observations), len(dimensions)), np.nan)
        for number, dimension in enumerate(dimensions):
            if dimension + SCORE_SUFFIX in observations.columns:
                column = pd.to_numeric(observations[dimension + SCORE_SUFFIX])
                scores[:, number] = column.to_numpy(float, na_value=np.nan)
        if np.isinf(scores).any():
            raise ValueError("A score is infinite. Fix: scores lie between 0 and 100.")
        order = np.lexsort(
            (
                *scores.T,
                matured_date,
                is_retained,
                pd.factorize(segment, sort=True)[0],
                as_of_date,
                account,
            )
        )
        everything = cls(ids, account, scores, is_retained, segment, matured_date)
        return everything.rows(order)

    def rows(self, which: np.ndarray) -> Sample:
        """Give some of the rows, by a mask or by their numbers."""
        names = ("account", "scores", "is_retained", "segment", "matured_date")
        return replace(self, **{name: getattr(self, name)[which] for name in names})

    def matured_by(self, day: pd.Timestamp) -> Sample:
        """Give the rows whose label was known on that day."""
        return self.rows(self.matured_date <= day.to_datetime64())

    @cached_property
    def first_rows(self) -> np.ndarray:
        """Number of the first row of each account that has any."""
        return np.flatnonzero(np.diff(self.account, prepend=-1))

    @property
    def n_accounts(self) -> int:
        """Accounts that have any row."""
        return len(self.first_rows)

    def n_accounts_with(self, is_so: np.ndarray) -> np.ndarray:
        """Accounts for which something holds in any row, per column of `is_so`."""
        if not len(self.account):
            return np.zeros(is_so.shape[1:], dtype=int)
        return np.logical_or.reduceat(is_so, self.first_rows, axis=0).sum(axis=0)

    @cached_property
    def n_churned_accounts(self) -> int:
        """Accounts with a label that says churned."""
        return int(self.n_accounts_with(self.is_retained == 0))

    def per_account(self, values: np.ndarray) -> np.ndarray:
        """Sum values over each account's rows."""
        return np.add.reduceat(values, self.first_rows, axis=0)

    def capped(self, most_rows: int) -> tuple[Sample, str | None]:
        """Give whole accounts with no more rows than that, and a sentence if any was left out.

        A hash of their ids decides which accounts come in, so a later sample keeps most of them.
        """
        if len(self.account) <= most_rows:
            return self, None
        present = self.account[self.first_rows]
        hashes = [hashlib.blake2b(str(self.ids[i]).encode()).digest() for i in present]
        order = sorted(range(len(present)), key=hashes.__getitem__)
        n_rows = np.diff(self.first_rows, append=len(self.account))
        # one account is a sample, too, however long it is
        n_drawn = max(1, int(np.searchsorted(np.cumsum(n_rows[order]), most_rows, side="right")))
        drawn = self.rows(np.isin(self.account, present[order[:n_drawn]]))
        return drawn, (
            f"fitted on {n_drawn} of {len(present)} accounts, drawn by a hash of their ids: "
            f"{len(self.account)} observations are more than {most_rows}"
        )
