"""What each band set would have flagged in the last year, and who was lost.

    state=$(ls warehouse/customer_health.builds/publications/*/state.duckdb | tail -1)
    PYTHONPATH=python:. .venv/bin/python -m experiments.band_sets $state > experiments/band_sets.md

Takes the scores as published at month ends, and judges them by churn within 90 days. The published
file has marts only, so that this reads the file that builds go on from.
"""

import argparse
from pathlib import Path

import duckdb

QUERY = """
with scores as (
    select
        scores.account_id,
        scores.as_of_date,
        scores.segment,
        scores.lifecycle_stage,
        scores.health_score,
        scores.is_flagged,
        days.is_in_renewal_window,
        coalesce(days.arr, 0) as arr,
        outcomes.is_churned
    from marts.fct_health_scores as scores
    inner join intermediate.int_spine__account_days as days using (account_id, as_of_date)
    inner join marts.fct_outcomes as outcomes using (account_id, as_of_date)
    where
        scores.scorecard_role = 'production'
        and scores.band <> 'insufficient data'
        and outcomes.horizon_days = 90
        and outcomes.is_churned is not null
        and scores.as_of_date = last_day(scores.as_of_date)
),

-- the last twelve months whose outcomes are known
newest as (
    select * from scores
    where as_of_date > (select max(as_of_date) from scores) - interval 12 month
),

flagged as (
    select
        'as published' as rule,
        newest.*
    from newest

    union all

    select
        bands.band_set as rule,
        newest.* replace (bands.is_flagged as is_flagged)
    from newest
    inner join intermediate.int_policy__bands as bands
        on
            newest.segment = bands.segment
            and newest.lifecycle_stage = bands.lifecycle_stage
            and newest.is_in_renewal_window = bands.is_in_renewal_window
            and newest.health_score >= bands.lower_bound
            and newest.health_score < bands.upper_bound + if(bands.upper_bound = 100, 1, 0)

    union all

    select
        'the lowest 15 % of each month' as rule,
        newest.* replace (
            percent_rank() over (partition by as_of_date order by health_score) < 0.15 as is_flagged
        )
    from newest

    union all

    select
        'the 12 % likeliest to leave of each month' as rule,
        newest.* replace (
            percent_rank() over (partition by as_of_date order by risk.churn_probability_90d desc)
            < 0.12 as is_flagged
        )
    from newest
    inner join marts.fct_churn_risk as risk using (account_id, as_of_date)
),

months as (
    select
        rule,
        as_of_date,
        avg(is_flagged::int) as flagged
    from flagged
    group by all
),

ranges as (
    select
        rule,
        min(flagged) as least,
        max(flagged) as most
    from months
    group by rule
)

select
    rule,
    avg(is_flagged::int),
    any_value(ranges.least),
    any_value(ranges.most),
    sum((is_flagged and is_churned)::int) / sum(is_churned::int),
    sum((is_flagged and is_churned)::int) / nullif(sum(is_flagged::int), 0),
    sum(if(is_flagged and is_churned, arr, 0)) / nullif(sum(if(is_churned, arr, 0)), 0)
from flagged
inner join ranges using (rule)
group by rule
order by 2
"""


def table(warehouse: Path) -> str:
    """Give the table as Markdown."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(QUERY).fetchall()
    lines = [
        "| band set | flagged | in a month | recall | precision | lost ARR flagged |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule, flagged, least, most, recall, precision, arr in rows:
        shown = "none flagged" if precision is None else f"{precision:.2f}"
        months = f"{least:.1%} to {most:.1%}"
        lines.append(f"| {rule} | {flagged:.1%} | {months} | {recall:.2f} | {shown} | {arr:.0%} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table of a warehouse."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("warehouse", type=Path)
    print(table(parser.parse_args().warehouse))


if __name__ == "__main__":
    main()
