"""What a policy does to scores, bands and flags: two files that dbt built, held side by side."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

SCORES = """
select scorecard, account_id, health_score, band
from {file}.marts.fct_health_scores
where as_of_date = (select max(as_of_date) from {file}.marts.fct_health_scores)
"""

SCORECARDS = f"""
with before as ({SCORES.format(file="before")}), after as ({SCORES.format(file="after")})

select
    after.scorecard,
    scorecards.role,
    count(*),
    count(*) filter (before.account_id is null) = count(*),
    count(*) filter (after.health_score is distinct from before.health_score),
    avg(after.health_score - before.health_score)
        filter (after.health_score <> before.health_score),
    min(after.health_score - before.health_score)
        filter (after.health_score <> before.health_score),
    max(after.health_score - before.health_score)
        filter (after.health_score <> before.health_score),
    count(*) filter (after.band is distinct from before.band)
from after
left join before
    on after.scorecard = before.scorecard and after.account_id = before.account_id
inner join after.policy.scorecards as scorecards on after.scorecard = scorecards.scorecard
where scorecards.role <> 'off'
group by after.scorecard, scorecards.role
order by scorecards.role <> 'production', after.scorecard
"""

BANDS = """
with before as (
    select account_id, band, effective_band, health_score from before.marts.account_health
),

after as (
    select account_id, account_name, arr, band, effective_band, health_score, csm_owner_id
    from after.marts.account_health
)

select
    account_id,
    after.account_name,
    after.csm_owner_id,
    after.arr,
    before.health_score as health_score_before,
    after.health_score as health_score_after,
    before.band as band_before,
    after.band as band_after,
    before.effective_band as effective_band_before,
    after.effective_band as effective_band_after
from after
full join before using (account_id)
where
    after.band is distinct from before.band
    or after.effective_band is distinct from before.effective_band
order by after.arr desc nulls last, account_id
"""

FLAGGED = """
select
    count(*) filter (scores.is_flagged),
    count(*),
    sum(health.arr) filter (scores.is_flagged)
from {file}.marts.account_health as health
inner join {file}.marts.fct_health_scores as scores
    on
        health.account_id = scores.account_id
        and health.as_of_date = scores.as_of_date
        and health.scorecard = scores.scorecard
where health.band not in ('insufficient data', 'not scored')
"""

# Of the scorecard in production; outcomes are of month ends.
YEAR_SCORES = """
select
    scores.as_of_date,
    coalesce(scores.is_flagged, false) as is_flagged,
    outcomes.is_churned,
    coalesce(outcomes.arr, 0) as arr
from {file}.marts.fct_health_scores as scores
inner join {file}.marts.fct_outcomes as outcomes using (account_id, as_of_date)
where
    scores.scorecard_role = 'production'
    and scores.band <> 'insufficient data'
    and outcomes.horizon_days = 90
    and outcomes.is_churned is not null
"""

# The last twelve month ends that both files have scored and whose outcomes are known.
YEAR = f"""
with before as ({YEAR_SCORES.format(file="before")}),

after as ({YEAR_SCORES.format(file="after")}),

dates as (
    select as_of_date from before
    intersect
    select as_of_date from after
    order by as_of_date desc
    limit 12
),

newest as (
    select * from {{file}}
    where as_of_date in (select as_of_date from dates)
),

months as (
    select avg(is_flagged::int) as share from newest group by as_of_date
)

select
    min(as_of_date),
    max(as_of_date),
    round(avg(is_flagged::int), 4),
    (select min(share) from months),
    (select max(share) from months),
    round(sum((is_flagged and is_churned)::int) / nullif(sum(is_churned::int), 0), 4),
    round(sum((is_flagged and is_churned)::int) / nullif(sum(is_flagged::int), 0), 4),
    round(sum(if(is_flagged and is_churned, arr, 0)) / nullif(sum(if(is_churned, arr, 0)), 0), 4)
from newest
"""


@dataclass(frozen=True)
class ScorecardEffect:
    """What happens to a scorecard on the newest day; changes are of those that change at all."""

    scorecard: str
    role: str
    accounts: int
    is_new: bool
    changed: int
    mean_change: float | None
    least_change: float | None
    largest_change: float | None
    bands_changed: int

    def __str__(self) -> str:
        """Say it in one line."""
        name = f"{self.scorecard} ({self.role})"
        if self.is_new:
            return f"{name}: is new, and scores {self.accounts:,} accounts"
        if not self.changed and not self.bands_changed:
            return f"{name}: no change"
        scores = "no score changes"
        if self.changed:
            scores = f"{self.changed:,} of {self.accounts:,} scores change"
            if self.mean_change is not None:
                scores += (
                    f", by {self.mean_change:+.1f} on average"
                    f" (from {self.least_change:+.1f} to {self.largest_change:+.1f})"
                )
        return f"{name}: {scores}; {self.bands_changed:,} bands"


@dataclass(frozen=True)
class Flags:
    """Customers flagged on the newest day, of those with a band, and their ARR."""

    flagged: int
    banded: int
    arr: float | None

    @property
    def share(self) -> float | None:
        """Those flagged as a share of those with a band, to four digits; None without any."""
        return round(self.flagged / self.banded, 4) if self.banded else None

    def __str__(self) -> str:
        """Say it in a few words."""
        share = f" ({self.share:.1%})" if self.share is not None else ""
        return f"{self.flagged:,} of {self.banded:,} customers{share}, ARR {self.arr or 0:,.0f}"


@dataclass(frozen=True)
class Year:
    """Flags of the month ends of a year against who was lost within 90 days.

    Shares from 0 to 1; None where there was nobody to count.
    """

    first: date | None
    last: date | None
    flagged: float | None
    least_flagged: float | None
    most_flagged: float | None
    recall: float | None
    precision: float | None
    arr_recall: float | None


class Comparison:
    """Two files that dbt built, under the policy before and after."""

    def __init__(self, before: Path, after: Path) -> None:
        """Name the files, which nobody may be writing to."""
        self._connection = duckdb.connect()
        for name, file in (("before", before), ("after", after)):
            path = str(file).replace("'", "''")
            self._connection.execute(f"attach '{path}' as {name} (read_only)")

    def __enter__(self) -> "Comparison":
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the files."""
        self._connection.close()

    def rows(self, query: str) -> list[tuple]:
        """Answer a query of the schemas of `before` and `after`."""
        return self._connection.execute(query).fetchall()

    def scorecards(self) -> list[ScorecardEffect]:
        """The effect on each scorecard, the one in production first."""
        return [ScorecardEffect(*row) for row in self._connection.execute(SCORECARDS).fetchall()]

    def flags(self, file: str) -> Flags:
        """Who is flagged, `before` or `after`."""
        (row,) = self._connection.execute(FLAGGED.format(file=file)).fetchall()
        return Flags(*row)

    def year(self, file: str) -> Year:
        """The last year that both have, `before` or `after`."""
        (row,) = self._connection.execute(YEAR.format(file=file)).fetchall()
        return Year(*row)

    def band_changes(self) -> list[dict]:
        """Accounts whose band changes, those with most ARR first."""
        found = self._connection.execute(BANDS)
        columns = [column for column, *_ in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def policy_version(state: Path) -> str:
    """The fingerprint of the policy that a file was built under."""
    # by itself: views in it name their database, which is called as the file is
    with duckdb.connect(str(state), read_only=True) as connection:
        query = "select policy_version from intermediate.int_policy__version"
        ((version,),) = connection.execute(query).fetchall()
    return str(version)


def moves(changes: list[dict]) -> Iterator[str]:
    """Count accounts by the band they leave and the one they enter, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for row in changes:
        move = (str(row["band_before"]), str(row["band_after"]))
        if move[0] != move[1]:
            counts[move] = counts.get(move, 0) + 1
    for (old, new), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:,} {old} → {new}"


def write_changes(changes: list[dict], path: Path) -> None:
    """Write the accounts whose band changes as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(changes[0]))
        writer.writeheader()
        writer.writerows(changes)
