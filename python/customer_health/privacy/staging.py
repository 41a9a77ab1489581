"""Reads a raw table without who was erased, as the macro `raw_table` does in each build."""

from pathlib import Path
from typing import Any

from customer_health.marts import sql_name, sql_text
from customer_health.privacy.tombstones import KINDS, Tombstones, names


def rows_without_erased(table: dict[str, Any]) -> str:
    """Give what to write after `from`.

    A row whose key, account or e-mail address names somebody is left out. One that only mentions
    them stays, without that id and what is personal.

    Args:
        table: `{sql, columns, tombstones, id_case}`, of which columns are as the contract has them
            and the kind of type each was delivered in.

    Raises:
        FileNotFoundError: There is no such list of tombstones.
    """
    file = Path(table["tombstones"]).resolve(strict=True)
    salt = Tombstones.read(file).salt
    listed = f"select hash from read_csv({sql_text(file)}, header = true, all_varchar = true)"
    delivered = [column for column in table["columns"] if column["delivered"]]
    personal = [
        column["name"]
        for column in delivered
        if column["meta"].get("personal") and "raw_name" not in column
    ]
    left_out = ["false"]
    emptied: dict[str, str] = {}
    for column in delivered:
        name, meta = column["name"], column["meta"]
        if name not in KINDS:
            continue
        # each id is hashed once, not in each row
        them = names(name, KINDS[name], salt, table["id_case"], listed)
        ids = f"select {name} from (select distinct {name} from {table['sql']}) where {them}"
        is_erased = f"coalesce({name} in ({ids}), false)"
        if meta.get("key") or meta.get("required") or KINDS[name] == "email":
            left_out.append(is_erased)
        else:
            for other in {name, *personal}:
                kept = emptied.get(other, other)
                emptied[other] = f"case when not {is_erased} then {kept} end"
    replaced = ", ".join(f"{value} as {sql_name(name)}" for name, value in sorted(emptied.items()))
    replace = f"replace ({replaced}) " if emptied else ""
    return f"(select * {replace}from {table['sql']} where not ({' or '.join(left_out)})) as raw"
