"""Judges raw data without a build: in a scratch file, by the models that a build reads it with.

So it refuses what a build would refuse, and the scratch file is gone afterwards.

Run as `python -m customer_health.check`, which `make check` does. Exit codes: 0 it can be built,
1 it cannot, 2 it could not be judged.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from customer_health.counting import counted
from customer_health.dbt_run import Failure, Variable, run_dbt
from customer_health.lock import take
from customer_health.plan import PROJECT
from customer_health.publication import Refusal
from customer_health.raw_sources import folder_problems
from customer_health.vendors import contract_tables, raw_variables

# The newest models that say what became of each raw row, and what can be measured.
JUDGES = (
    "+int_monitoring__reconciliation",
    "+fct_quarantined_rows",
    "+fct_unmatched_accounts",
    "+int_feeds__metrics",
)
FOLDER = PROJECT / "target" / "check"
MAX_WORDS, MAX_EXAMPLES, MAX_LENGTH = 20, 3, 40
WORDS = "seeds/vocabulary/vocabularies.csv"
HOW_TO_MATCH = "docs/how-to/match-accounts.md"

FIXES = {
    "unknown value": f"add a row for each word to {WORDS}",
    "unknown account": f"say whose they are, as {HOW_TO_MATCH} says",
    "missing value": "deliver a value in each row",
    "duplicate key": "deliver each row once",
    "unparsable value": "deliver it as docs/reference/raw-data.md says a value is read",
    "personal or free text": "deliver words of at most 100 characters, no e-mail addresses",
    "undecodable text": "deliver the text as UTF-8",
    "date in the future": "none if it is a plan; else deliver the day on which it happened",
}
OTHER_FIX = "docs/reference/raw-data.md says what this means"

Variables = Mapping[str, Variable]


def main(arguments: list[str] | None = None) -> int:
    """Judge as the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.check")
    parser.add_argument("--raw-path", type=Path, required=True, help="folder of raw data")
    parser.add_argument("--vendors", help="vendors of sources, such as crm=salesforce")
    given = parser.parse_args(arguments)
    try:
        for problem in folder_problems(str(given.raw_path)):
            raise Refusal(problem)
        with judged(raw_variables(given.vendors, given.raw_path)) as judgement:
            for line in report(judgement):
                print(line)
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Failure, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


@contextmanager
def judged(
    variables: Variables, scratch: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Have dbt read and judge raw data, and give the scratch file with what it found.

    Args:
        variables: Of dbt, which say where the raw data is.
        scratch: A file to work in, with raw tables; an empty one if none is given.

    Raises:
        Failure: It cannot be built; the message says why.
        Refusal: Another check is at work.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    state = scratch or FOLDER / "state.duckdb"
    with open(FOLDER / "lock", "a+", encoding="utf-8") as lock:
        if holder := take(lock):
            raise Refusal(f"{FOLDER}: {holder} checks raw data. Fix: wait until it is done.")
        try:
            if not scratch:
                state.unlink(missing_ok=True)
            flags = ["--exclude-resource-type", "test", "unit_test", "--select", *JUDGES]
            run_dbt(state, FOLDER, flags, variables, lock.fileno())
            with duckdb.connect(str(state), read_only=True) as connection:
                yield connection
        finally:
            # raw data of persons does not stay behind
            for path in FOLDER.glob("state.duckdb*"):
                path.unlink()


def report(judgement: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Say what was delivered, what of it counts, what is refused and why, and what can be known."""
    yield from _tables(judgement)
    yield from _faults(judgement)
    yield from _accounts(judgement)
    yield from metrics(judgement)


def _tables(judgement: duckdb.DuckDBPyConnection) -> Iterator[str]:
    ((until,),) = judgement.execute(
        "select cast(max(as_of_date) as varchar) from staging.stg_calendar__clock"
    ).fetchall()
    rows = judgement.execute(
        """
        with days as (
            select
                source_name,
                table_name,
                min(row_date) || ' to ' || max(row_date) as days
            from staging.stg_calendar__daily_rows
            where row_date >= date '1900-01-01'
                and row_date <= (select data_end_date from staging.stg_calendar__horizon)
            group by source_name, table_name
        ),

        left_out as (
            select source_name, table_name, count(*) as n_rows
            from marts.fct_quarantined_rows
            where quarantine_column = 'left_out'
            group by source_name, table_name
        )

        select
            tables.source_name || '.' || tables.table_name,
            tables.n_raw,
            tables.n_accepted,
            coalesce(left_out.n_rows, 0),
            tables.n_quarantined - coalesce(left_out.n_rows, 0),
            coalesce(days.days, '')
        from intermediate.int_monitoring__reconciliation as tables
        left join days using (source_name, table_name)
        left join left_out using (source_name, table_name)
        where tables.n_raw > 0
        order by 1
        """
    ).fetchall()
    yield f"\n{len(rows)} tables, which end on {until}:"
    yield f"  {'':<24}{'rows':>12}{'counted':>12}{'left out':>12}{'refused':>12}  days"
    for name, *numbers, days in rows:
        yield f"  {name:<24}{''.join(f'{number:>12,}' for number in numbers)}  {days}".rstrip()
    there = {name for name, *_ in rows}
    absent = [table.full_name for table in contract_tables() if table.full_name not in there]
    if absent:
        yield f"Absent or empty: {', '.join(absent)}."


def _faults(judgement: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Name what is refused, the most frequent first, with the words and values in question."""
    faults = judgement.execute(
        """
        with faults as (
            select
                source_name || '.' || table_name || coalesce(
                    -- where a source has several
                    ' of ' || json_extract_string(raw_row, '$.source_relation'), ''
                ) as place,
                refused,
                quarantine_reason as reason,
                quarantine_column as name,
                -- a key of several columns has no value of its own
                coalesce(
                    json_extract_string(raw_row, '$."' || quarantine_column || '"'), ''
                ) as value
            from marts.fct_quarantined_rows
        ),

        valued as (
            select place, refused, reason, name, value, count(*) as n
            from faults
            group by all
        )

        select
            place,
            refused,
            reason,
            name,
            sum(n),
            coalesce(sum(n) filter (value <> ''), 0),
            list({value: value, n: n} order by n desc, value) filter (value <> '')
        from valued
        group by place, refused, reason, name
        order by name <> 'left_out', sum(n) desc, place, name
        """
    ).fetchall()
    left_out = [fault for fault in faults if fault[3] == "left_out"]
    if left_out:
        yield "\nLeft out, as none of the contract's:"
        for place, _, reason, _, n_rows, *_ in left_out:
            yield f"  {place:<24}{n_rows:>12,}  {reason}"
    reasons = dict.fromkeys(fault[2] for fault in faults if fault[3] != "left_out")
    if reasons:
        yield "\nRefused (a row, or a cell of a row that counts):"
    for reason in reasons:
        yield f"  {reason}. Fix: {FIXES.get(reason, OTHER_FIX)}."
        for place, refused, its_reason, name, n_rows, n_with_value, values in faults:
            if its_reason != reason or name == "left_out":
                continue
            shown = (values or [])[: MAX_WORDS if reason == "unknown value" else MAX_EXAMPLES]
            told = ", ".join(
                f"'{shortened(each['value'])}'" + (f" ({each['n']:,})" if each["n"] > 1 else "")
                for each in shown
            )
            n_more = n_with_value - sum(each["n"] for each in shown)
            more = f" and {n_more:,} more" if n_more else ""
            what = counted(n_rows, refused)
            yield f"    {what:<14}{place}, {name}{': ' if told else ''}{told}{more}"


def shortened(value: str) -> str:
    """Cut a long text, which may say of a person what nobody asked for."""
    return value if len(value) <= MAX_LENGTH else f"{value[:MAX_LENGTH]}…"


def _accounts(judgement: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Say of each source how many of the known accounts it has rows of."""
    models = judgement.execute(
        """
        select table_name
        from information_schema.columns
        where table_schema = 'staging' and column_name = 'account_id'
            and regexp_matches(table_name, '^stg_(product|support|survey|billing|signals)__')
        order by table_name
        """
    ).fetchall()
    tables = [(name, re.sub(r"^stg_(\w+?)__.*", r"\1", name)) for (name,) in models]
    parts = [
        f"select '{source}' as source_name, account_id from staging.{name}"
        for name, source in tables
        # events are reduced to days, and need not be read again
        if name != "stg_product__events"
    ]
    rows = judgement.execute(
        f"""
        with known as (
            select account_id from staging.stg_known_accounts__ids
        ),

        seen as (
            select distinct source_name, account_id from ({" union all ".join(parts)}) as rows
        )

        select source_name, count(*), (select count(*) from known)
        from seen
        inner join known using (account_id)
        group by source_name
        order by source_name
        """
    ).fetchall()
    if rows:
        shares = ", ".join(f"{source} {n_seen:,}" for source, n_seen, _ in rows)
        yield f"\nAccounts known: {rows[0][2]:,}. With rows in {shares}."
    unmatched = judgement.execute(
        """
        select
            source_name,
            unmatched_reason,
            count(*),
            sum(n_rows),
            sum(cast(arr as decimal(38, 6))),
            count(*) filter (n_candidates > 0)
        from marts.fct_unmatched_accounts
        group by source_name, unmatched_reason
        order by source_name, unmatched_reason
        """
    ).fetchall()
    if unmatched:
        yield f"Not matched with any of them (how to: {HOW_TO_MATCH}):"
    for source, reason, n, n_rows, arr, n_likely in unmatched:
        worth = f", ARR {arr:,.0f}" if arr else ""
        likely = f"; {n_likely:,} may be one that we know" if n_likely else ""
        yield f"  {source:<10}{n:>8,}  {reason}: {counted(n_rows, 'row')}{worth}{likely}"


def metrics(judgement: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Say which metrics will be known, and what the others lack."""
    rows = judgement.execute(
        """
        select
            metrics.dimension,
            metrics.metric,
            metrics.connected_from is not null as is_known,
            list(feeds.feed) as feeds
        from intermediate.int_feeds__metrics as metrics
        left join intermediate.int_feeds__connected as feeds
            on list_contains(string_split(metrics.feed, '+'), feeds.feed)
        group by all
        order by metrics.dimension, metrics.metric
        """
    ).fetchall()
    feeds_of = dict(judgement.execute("select metric, feed from policy.metrics").fetchall())
    known = [metric for _, metric, is_known, _ in rows if is_known]
    yield f"\nMetrics: {len(known)} of {len(rows)} will be known."
    for dimension in dict.fromkeys(dimension for dimension, *_ in rows):
        of_it = [is_known for of_metric, _, is_known, _ in rows if of_metric == dimension]
        yield f"  {dimension:<14}{sum(of_it):>3} of {len(of_it)}"
    delivered = dict(
        judgement.execute(
            """
            select source_name, max(n_accepted) > 0 from intermediate.int_monitoring__reconciliation
            where n_raw > 0
            group by source_name
            """
        ).fetchall()
    )
    lacking: dict[str, list[str]] = {}
    for _, metric, is_known, feeds in rows:
        for feed in feeds_of[metric].split("+") if not is_known else ():
            source, _, what = feed.partition("_")
            if feed not in feeds:
                wanted = source
                if delivered.get(source):
                    wanted = f"{what.replace('_', ' ')} in {source}"
                elif source in delivered:
                    wanted = f"{source} (all of its rows are refused: `make check` says why)"
                lacking.setdefault(wanted, []).append(metric)
    if lacking:
        yield "Unknown, for want of:"
    for wanted, unknown in sorted(lacking.items()):
        yield f"  {wanted}: {', '.join(dict.fromkeys(unknown))}"


if __name__ == "__main__":
    sys.exit(main())
