"""Compares a baseline's result with int_usage__metrics of a warehouse built from the same data."""

from pathlib import Path

import duckdb

MODEL = "warehouse.intermediate.int_usage__metrics"

# Account-days after every metric's warm-up: before it the model says unknown, the baselines guess.
COMPARED = f"""
    select {{columns}}
    from {MODEL} as model
    inner join warehouse.intermediate.int_spine__account_days as spine
        using (account_id, as_of_date)
    inner join baseline using (account_id, as_of_date)
    cross join (
        select max(usable_from) as usable_from, max(warm_up_days) as warm_up_days
        from warehouse.intermediate.int_feeds__metrics
        where dimension = 'usage' and list_contains($metrics, metric)
    ) as rules
    where model.as_of_date >= rules.usable_from and spine.tenure_days >= rules.warm_up_days
"""


def disagreement(result: Path, warehouse: Path) -> tuple[int, dict[str, int]]:
    """Count what was compared and what differs.

    Args:
        result: Parquet file with account_id, as_of_date and a column per metric.
        warehouse: File built from the data that the result was computed from.

    Returns:
        The figures compared, and per metric those that differ by more than 1e-9 or are known in
        only one of the two.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(f"create view baseline as from '{result}'")
        named = [row[0] for row in connection.execute("describe baseline").fetchall()]
        metrics = [name for name in named if name not in ("account_id", "as_of_date")]
        differs = ", ".join(
            f"count(*) filter ((model.{name} is null) <> (baseline.{name} is null)"
            f" or abs(model.{name} - baseline.{name}) > 1e-9) as {name}"
            for name in metrics
        )
        rows, *different = connection.execute(
            COMPARED.format(columns=f"count(*), {differs}"), {"metrics": metrics}
        ).fetchone()
    pairs = zip(metrics, different, strict=True)
    return rows * len(metrics), {name: count for name, count in pairs if count}
