"""Why scores changed between any two days, by the models that say it of 30 and 90 days.

They run on a copy of the last build whose clock is set back to the later day: the arithmetic stands
in one place. Run as `python -m customer_health.trial.score_changes`, which `make changes`
does. Exit codes as of a build.
"""

import argparse
import csv
import difflib
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from customer_health.publication import Publication, Refusal, Warehouse
from customer_health.trial.copies import Copy, base_of, copied, exit_code_of

MODELS = [
    "int_scoring__past_days",
    "int_scoring__past_values",
    "int_scoring__past_dimension_scores",
    "int_scoring__parts",
    "fct_score_changes",
]
SHOWN_ACCOUNTS = 5

# The published score in production of every account on two days.
SCORES = """
with scores as (
    select scorecard, account_id, as_of_date, health_score, policy_version
    from marts.fct_health_scores
    where scorecard_role = 'production' and health_score is not null
)

select
    account_id,
    past.scorecard as past_scorecard,
    today.scorecard,
    past.health_score as past_score,
    today.health_score as score,
    past.policy_version as past_policy_version,
    today.policy_version
from (select * from scores where as_of_date = $from_date) as past
full join (select * from scores where as_of_date = $to_date) as today using (account_id)
where $account_id in ('', account_id)
"""

CHANGES = f"""
with scores as ({SCORES}),

names as (
    select account_id, max_by(account_name, as_of_date) as account_name
    from marts.dim_accounts
    group by account_id
)

select
    scores.account_id,
    names.account_name,
    $from_date as from_date,
    $to_date as to_date,
    scores.scorecard,
    scores.past_score as score_before,
    scores.score as score_after,
    changes.cause,
    changes.dimension,
    changes.points
from scores
inner join names using (account_id)
left join (
    select * from marts.fct_score_changes where past_date = $from_date and as_of_date = $to_date
) as changes
    on scores.account_id = changes.account_id and scores.scorecard = changes.scorecard
where scores.past_scorecard = scores.scorecard
order by scores.account_id, abs(changes.points) desc, changes.cause, changes.dimension
"""

# Whose causes do not add up to what was published: the parts of that day are not those.
UNEXPLAINED = f"""
with scores as ({SCORES}),

explained as (
    select account_id, scorecard, sum(points) as points
    from marts.fct_score_changes
    where past_date = $from_date and as_of_date = $to_date
    group by account_id, scorecard
)

select scores.account_id
from scores
left join explained using (account_id, scorecard)
where
    scores.past_scorecard = scores.scorecard
    and abs(scores.score - scores.past_score - coalesce(explained.points, 0)) > 1e-9
"""


def main(arguments: list[str] | None = None) -> int:
    """Explain the changes that the command line asks for, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.trial.score_changes")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    parser.add_argument("--from", dest="from_date", default="", help="the earlier day, YYYY-MM-DD")
    parser.add_argument("--to", dest="to_date", default="", help="the later day, YYYY-MM-DD")
    parser.add_argument("--account", default="", help="the id of one account alone")
    given = parser.parse_args(arguments)
    warehouse = Warehouse(given.warehouse)

    def work() -> int:
        days = [day_of("FROM", given.from_date), day_of("TO", given.to_date)]
        if days[0] >= days[1]:
            raise Refusal(
                f"FROM={days[0]} is not before TO={days[1]}. Fix: name two days in order."
            )
        explain(warehouse, days[0], days[1], given.account.strip())
        return 0

    return exit_code_of(work, warehouse)


def day_of(name: str, text: str) -> date:
    """Read a day.

    Raises:
        Refusal: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        given = f"{name}={text} is no day" if text else f"{name} is not given"
        raise Refusal(f"{given}. Fix: name one as in {name}=2026-01-31.") from None


def explain(warehouse: Warehouse, from_date: date, to_date: date, account: str) -> None:
    """Say why scores changed from a day to another, and write it as CSV.

    Raises:
        Refusal: There are no scores to compare.
    """
    begun = time.monotonic()
    base = base_of(warehouse)
    asked = {"from_date": from_date, "to_date": to_date, "account_id": account}
    check(base, asked)
    with copied(warehouse, base) as copy:
        rows = changes(copy, asked)
    scores = {row["account_id"]: row for row in rows}
    took = f"({time.monotonic() - begun:.0f} s)"
    if account:
        show_account(rows, took)
    else:
        print(
            f"{'changes':<12} from {from_date} to {to_date}: {len(scores):,} accounts that"
            f" {rows[0]['scorecard']} scored on both {took}"
        )
        show_causes(rows, len(scores))
    path = warehouse.trial_folder / "score_changes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["cause"])
    print(f"  all of it: {path}")


def check(base: Publication, asked: dict) -> None:
    """Check that there are scores of both days to compare.

    Raises:
        Refusal: There are none.
    """
    with duckdb.connect(str(base.state), read_only=True) as state:
        check_days(state, asked)
        check_account(state, asked["account_id"])
        rows = rows_of(state, SCORES, asked)
        ((has_parts,),) = state.execute(
            "select count(*) > 0 from duckdb_tables() where table_name = 'int_scoring__makeup'"
        ).fetchall()
        current = state.execute("select policy_version from intermediate.int_policy__version")
        ((policy_version,),) = current.fetchall()
    from_date, to_date = asked["from_date"], asked["to_date"]
    comparable = [row for row in rows if row["past_scorecard"] and row["scorecard"]]
    if not comparable:
        whose = f"ACCOUNT={asked['account_id']}" if asked["account_id"] else "No account"
        raise Refusal(
            f"{whose} has {'no ' if asked['account_id'] else 'a '}score on both {from_date} and"
            f" {to_date}. Fix: marts.fct_health_scores has the days that are scored."
        )
    then, now = comparable[0]["past_scorecard"], comparable[0]["scorecard"]
    if then != now:
        raise Refusal(
            f"{then} was in production on {from_date}, and {now} on {to_date}: their scores are not"
            " compared. Fix: name two days of one of them."
        )
    if not has_parts:
        raise Refusal("The last build did not keep what scores are made of. Fix: `make build`.")
    versions = {(row["past_policy_version"], row["policy_version"]) for row in comparable}
    if any(past != today != policy_version for past, today in versions):
        print(
            f"{'note':<12} the policy of {to_date} is not in force any more: what it did and"
            " what customers did are told apart by the curves of today"
        )


def check_days(state: duckdb.DuckDBPyConnection, asked: dict) -> None:
    """Check that both days are scored.

    Raises:
        Refusal: One is not.
    """
    for name, day in (("FROM", asked["from_date"]), ("TO", asked["to_date"])):
        ((first, before, after, last, is_scored),) = state.execute(
            """
            select
                min(as_of_date),
                max(as_of_date) filter (as_of_date < $day),
                min(as_of_date) filter (as_of_date > $day),
                max(as_of_date),
                bool_or(as_of_date = $day)
            from marts.fct_health_scores
            """,
            {"day": day},
        ).fetchall()
        if not is_scored:
            nearest = " and ".join(str(near) for near in (before, after) if near)
            raise Refusal(
                f"{name}={day} is not scored: scores go from {first} to {last}. Fix: the nearest"
                f" days with scores are {nearest}."
            )


def check_account(state: duckdb.DuckDBPyConnection, account: str) -> None:
    """Check that an account is known, if one is named.

    Raises:
        Refusal: It is not.
    """
    found = state.execute("select distinct account_id from marts.dim_accounts").fetchall()
    known = [account_id for (account_id,) in found]
    if account and account not in known:
        close = difflib.get_close_matches(account, known, 3)
        fix = f"did you mean {' or '.join(close)}?" if close else "marts.dim_accounts has them all."
        raise Refusal(f"ACCOUNT={account}: there is no account of this id. Fix: {fix}")


def rows_of(state: duckdb.DuckDBPyConnection, query: str, asked: dict) -> list[dict]:
    """Give the rows of a query by column."""
    found = state.execute(query, asked)
    columns = [column for column, *_ in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def changes(copy: Copy, asked: dict) -> list[dict]:
    """Have the models explain the changes, and give them by account, the largest cause first.

    Raises:
        Refusal: What the scores were made of is not what was published.
    """
    with duckdb.connect(str(copy.state)) as state:
        state.execute("update staging.stg_calendar__clock set as_of_date = ?", [asked["to_date"]])
    n_days = (asked["to_date"] - asked["from_date"]).days
    copy.run(["--select", *MODELS], changes_days=[n_days])
    with duckdb.connect(str(copy.state), read_only=True) as state:
        unexplained = {row["account_id"] for row in rows_of(state, UNEXPLAINED, asked)}
        rows = rows_of(state, CHANGES, asked)
    rows = [row for row in rows if row["account_id"] not in unexplained]
    if unexplained:
        print(
            f"{'warning':<12} {len(unexplained):,} accounts are left out: what their scores were"
            " made of was not kept as it was published, or they have no weights"
        )
    if not rows:
        raise Refusal("Nothing can be explained. Fix: name days that this release has scored.")
    return rows


def show_account(rows: list[dict], took: str) -> None:
    """Print every cause of one account."""
    first = rows[0]
    print(
        f"{'changes':<12} of {first['account_name'] or first['account_id']}:"
        f" {first['score_before']} on {first['from_date']}, {first['score_after']} on"
        f" {first['to_date']} {took}"
    )
    for row in rows:
        if row["cause"]:
            print(f"  {row['points']:>+8.2f}  {row['cause']:<14}{row['dimension']}")
    print(f"  {first['score_after'] - first['score_before']:>+8.2f}  in all")


def show_causes(rows: list[dict], n_accounts: int) -> None:
    """Print what each cause did to all accounts, and the accounts that changed most."""
    by_cause: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["cause"]:
            points = by_cause.setdefault(row["cause"], {})
            points[row["account_id"]] = points.get(row["account_id"], 0) + row["points"]
    print(f"  {'cause':<14}{'accounts':>10}{'on average':>12}{'least':>8}{'most':>8}")
    for cause, points in sorted(by_cause.items()):
        print(
            f"  {cause:<14}{len(points):>10,}{sum(points.values()) / n_accounts:>+12.2f}"
            f"{min(points.values()):>+8.1f}{max(points.values()):>+8.1f}"
        )
    largest = {row["account_id"]: row for row in reversed(rows)}
    in_order = sorted(
        largest.values(),
        key=lambda row: (-abs(row["score_after"] - row["score_before"]), row["account_id"]),
    )
    for row in in_order[:SHOWN_ACCOUNTS]:
        name = row["account_name"] or row["account_id"]
        cause = (
            f", {row['cause']} in {row['dimension']} {row['points']:+.1f}" if row["cause"] else ""
        )
        print(f"    {name}: {row['score_before']} → {row['score_after']}{cause}")


if __name__ == "__main__":
    sys.exit(main())
