"""A finished demo as its sources would have delivered it, day by day.

A row comes on the day on which its fact was known, and a value that is dated later (resolved, paid,
left) stands empty in it until its own day. By chance rows and values come late, and rows come
again: spelled otherwise, or as if known only then. The folder of a day holds all that came by then,
less what lacks that night by chance and is back with the next delivery.
"""

from datetime import date
from pathlib import Path

import duckdb

from demo.contract import Column, Table, read_contract

# Dates that a row may hold from its first day on: agreed, planned or looked back to.
AGREED = {
    "subscriptions": {"end_date"},
    "goals": {"due_date"},
    "milestones": {"planned_date"},
    "accounts": {"valid_from", "customer_since_date"},
}
# Values without a date of their own: they come with the first of these dates that the row has.
COME_WITH = {
    "csat_score": ("csat_at", "resolved_at"),
    "score": ("responded_at",),
    "sentiment": ("responded_at",),
    "comment": ("responded_at",),
    "measured_value": ("measured_at",),
    "stage": ("closed_at",),
    "is_won": ("closed_at",),
    "outcome": ("finished_at",),
}
# The same id, spelled otherwise.
SPELLINGS = ("upper({id})", "'  ' || {id} || ' '", "chr(8203) || {id}")
# Tables whose rows, all those of a key, may lack for a night: builds keep what they saw of them. Of
# roles they keep those without dates.
MAY_LACK = {"accounts", "subscriptions", "contact_roles", "contacts", "users"}
ALWAYS = "date '0001-01-01'"


def _day_of(column: str) -> str:
    """Expression: the day (UTC) of a time in whatever type or spelling; null if it is none."""
    text = f"cast({column} as varchar)"
    number = f"try_cast({text} as bigint)"
    # seconds or milliseconds since 1970
    seconds = f"case when {number} > 99999999999 then {number} / 1000 else {number} end"
    day = (
        f"cast(coalesce(try_cast({text} as timestamptz), try_strptime({text}, '%Y%m%d'),"
        f" to_timestamp({seconds})) as date)"
    )
    # what lies beyond stands for none
    return f"case when {day} between date '1971-01-01' and date '2098-12-31' then {day} end"


def _clean(id_column: str) -> str:
    """Expression: one spelling of an id."""
    odd = r"[\s\x{00a0}\x{200b}\x{feff}]"
    spelled = f"regexp_replace(cast({id_column} as varchar), '{odd}', '', 'g')"
    return f"lower(regexp_replace({spelled}, '^([0-9]+)[.]0+$', '\\1'))"


class Deliveries:
    """The raw tables of a company, with the day on which each row and each later value came."""

    def __init__(
        self,
        raw: Path,
        last_day: date,
        seed: int = 0,
        *,
        beside: Path | None = None,
        late_share: float = 0,
        most_days_late: int = 0,
        again_share: float = 0,
        most_days_again: int = 0,
        lacking_share: float = 0,
    ):
        """Draw every day of delivery.

        Args:
            raw: Folder of the finished raw data.
            last_day: Last day of the data.
            seed: Same seed, same days.
            beside: Folder of other raw data that is delivered in the same tables.
            late_share: Share of rows, and of later values, that come late.
            most_days_late: How many days late they come at most.
            again_share: Share of rows that come again.
            most_days_again: How many days after the first time they come again at most, if they say
                that they were known only then; the others come again as late as any row may.
            lacking_share: Share of the keys of MAY_LACK that lack in a delivery that may lack some.
        """
        self.last_day, self.seed = last_day, seed
        self.late_share, self.most_days_late = late_share, most_days_late
        self.again_share, self.most_days_again = again_share, most_days_again
        self.lacking_share = lacking_share
        # each table with its columns, and for each the day from which a row holds its value
        self.tables: list[tuple[Table, dict[str, str]]] = []
        self.database = duckdb.connect()
        self.database.execute("set timezone = 'UTC'")
        for table in read_contract().values():
            files = [
                path
                for folder in (raw, beside)
                if folder
                for pattern in (f"{table.name}.parquet", f"{table.name}/*.parquet")
                for path in (folder / table.source).glob(pattern)
            ]
            if files:
                self._load(table, sorted(map(str, files)))
        if any(table.name == "accounts" for table, _ in self.tables):
            self._bring_accounts_with_their_first_fact()

    def write(self, day: date, folder: Path, lacking_since: date | None = None) -> Path:
        """Write what came by a day as raw data, its rows in an order of that day's own.

        Args:
            day: Day of the delivery.
            folder: Where to write it.
            lacking_since: Day of the delivery before, if rows of it may lack in this one, but none
                that lacked in that one.
        """
        for table, arrivals in self.tables:
            is_there = f"row_day <= date '{day}'"
            if lacking_since:
                is_there += f" and not ({self._lacks(table, day, lacking_since)})"
            values = ", ".join(
                f"case when {arrival} <= date '{day}' then {column} end as {column}"
                for column, arrival in arrivals.items()
            )
            path = folder / table.source / f"{table.name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.database.execute(
                f"copy (select {values} from {_name(table)} where {is_there}"
                f" order by hash(row_number, date '{day}')) to '{path}'"
            )
        return folder

    def _lacks(self, table: Table, day: date, before: date) -> str:
        """Condition: a row that was delivered before lacks this time, and so do all of its key."""
        if table.name not in MAY_LACK or not self.lacking_share:
            return "false"
        key = _clean(table.names("key")[0])

        def drawn(night: date) -> str:
            draw = f"hash({self.seed}, 'lacks', {key}, date '{night}')"
            return f"{draw} % 1000000 < {round(self.lacking_share * 1_000_000)}"

        kept = " and start_date is null" if table.name == "contact_roles" else ""
        return f"row_day <= date '{before}' and {drawn(day)} and not {drawn(before)}{kept}"

    def _draw(self, what: str, below: int) -> str:
        """Expression: a number from 0 on and below another, as good as drawn for each row."""
        return f"cast(hash({self.seed}, '{what}', row_number) % {below} as integer)"

    def _is_drawn(self, what: str, share: float) -> str:
        """Condition that holds for that share of the rows."""
        return f"{self._draw(what, 1_000_000)} < {round(share * 1_000_000)}"

    def _late_days(self, what: str) -> str:
        """Expression: by how many days a row, or a value, comes late."""
        days = self._draw(f"{what} days", self.most_days_late + 1)
        return f"case when {self._is_drawn(what, self.late_share)} then {days} else 0 end"

    def _load(self, table: Table, files: list[str]) -> None:
        """Read a table; each row gets the day on which it was known and that on which it came."""
        # a column whose types differ is text
        rows = f"read_parquet({files}, union_by_name = true)"
        described = self.database.execute(f"describe select * from {rows}")
        types = {name: kind for name, kind, *_ in described.fetchall()}
        first = "valid_from" if table.name == "accounts" else table.time_column
        times = [_day_of(name) for name in ("known_at", first) if name in types]
        known = f"coalesce({', '.join([*times, 'cast(null as date)'])})"
        # without a readable day, or with a wrong one, a row comes some day of the last quarter
        stray = f"date '{self.last_day}' - {self._draw('stray', 90)}"
        undated = stray if table.time_column else ALWAYS
        is_renewed = self._is_renewed() if "known_at" in types else "false"
        self.database.execute(f"""
            create table {_name(table)} as
            with numbered as (
                select *, row_number() over () as row_number from {rows}
            ),
            known as (
                select
                    *,
                    case when {known} <= date '{self.last_day}' then {known} else {undated} end
                        as known_day
                from numbered
            ),
            delivered as (
                select *, known_day + {self._late_days("row")} as row_day from known
            ),
            again as (
                select * replace (
                    -row_number as row_number,
                    case
                        when {is_renewed}
                            then row_day + {self._draw("again days", self.most_days_again + 1)}
                        else known_day + {self.most_days_late}
                    end as row_day
                )
                from delivered
                where {self._is_drawn("again", self.again_share)} and known_day > {ALWAYS}
            )
            select * from delivered
            union all
            select * replace ({", ".join(self._again(table, types))}) from again
        """)
        arrivals = {name: self._arrival(table, name, types) for name in types}
        self.tables.append((table, arrivals))

    def _again(self, table: Table, types: dict[str, str]) -> list[str]:
        """Replacements in a row that comes again: its ids' spelling, and when it was known."""
        replaced = []
        for name in table.names("id"):
            if types.get(name) == "VARCHAR":
                drawn = self._draw(f"spelling of {name}", len(SPELLINGS) + 1)
                spellings = " ".join(
                    f"when {number} then {spelling.format(id=name)}"
                    for number, spelling in enumerate(SPELLINGS)
                )
                replaced.append(f"case {drawn} {spellings} else {name} end as {name}")
        if "known_at" in types:
            known_at = f"cast(strftime(row_day, '%Y-%m-%dT23:00:00Z') as {types['known_at']})"
            replaced.append(
                f"case when {self._is_renewed()} then {known_at} else known_at end as known_at"
            )
        return replaced

    def _is_renewed(self) -> str:
        """Condition: a row that comes again says that it was known only then."""
        return f"hash({self.seed}, 'renewed', abs(row_number)) % 2 = 0"

    def _arrival(self, table: Table, column: str, types: dict[str, str]) -> str:
        """Expression: the day from which a row holds its value of a column."""
        # what the contract does not have is a further column that the policy carries
        declared = table.by_name.get(column) or Column(column, "varchar", {})
        if column in COME_WITH:
            dates = [name for name in COME_WITH[column] if name in types]
        elif (
            declared.data_type in ("date", "timestamp")
            and column not in {"known_at", table.time_column} | AGREED.get(table.name, set())
            and column not in table.must_have()
        ):
            dates = [column]
        else:
            dates = []
        # what lies after the last day was announced with the row
        days = [
            f"case when {_day_of(name)} <= date '{self.last_day}'"
            f" then {_day_of(name)} + {self._late_days(name)} end"
            for name in dates
        ]
        # what is refused is refused from the start: no day was ever published with it
        days[:0] = [
            f"case when {refused} then {ALWAYS} end" for refused in self._refusals(declared, types)
        ]
        return f"coalesce({', '.join([*days, ALWAYS])})"

    def _refusals(self, column: Column, types: dict[str, str]) -> list[str]:
        """Conditions for which a value, or its row, is refused and which a date does not show."""
        name, other = column.name, column.meta.get("not_before")
        refusals = [f"{_day_of(name)} < {_day_of(other)}"] if other in types else []
        if column.data_type == "double":
            limits = column.meta.get("range") or [-1e15, 1e15]
            if isinstance(limits, dict):
                limits = [
                    limit for pair in limits.values() if pair != limits["by"] for limit in pair
                ]
            number = f"try_cast({name} as double)"
            refusals.append(f"{number} not between {float(min(limits))} and {float(max(limits))}")
        if column.marked("not_negative"):
            refusals.append(f"try_cast({name} as double) < 0")
        return refusals

    def _bring_accounts_with_their_first_fact(self) -> None:
        """Let the CRM list an account from the first fact on that any source knows of it."""
        facts = " union all ".join(
            f"select account_id, known_day from {_name(table)}"
            for table, arrivals in self.tables
            if table.time_column and "account_id" in arrivals
        )
        self.database.execute(f"""
            update crm__accounts
            set row_day = firsts.known_day + {self._late_days("row")}
            from (
                select {_clean("account_id")} as id, min(known_day) as known_day
                from ({facts}) group by all
            ) as firsts
            where {_clean("crm__accounts.account_id")} = firsts.id
                and crm__accounts.known_day = {ALWAYS}
        """)


def _name(table: Table) -> str:
    return f"{table.source}__{table.name}"
