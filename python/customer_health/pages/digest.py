"""The daily digest: what each account owner should know of the newest day."""

from typing import Any

from customer_health.pages.marts import PublishedMarts

# Parts of an owner's digest, and the queries that they are made of.
PARTS = {
    "alerts": "digest_alerts",
    "flags": "digest_flags",
    "today": "digest_today",
    "worse": "digest_worse",
}


def digest(marts: PublishedMarts) -> list[dict[str, Any]]:
    """Give each owner's digest, those with the most expected loss first."""
    owners = {
        row["csm_owner_id"]: {**row, **{part: [] for part in PARTS}}
        for row in marts.rows("digest_owners")
    }
    for part, query in PARTS.items():
        for row in marts.rows(query):
            owners[row["csm_owner_id"]][part].append(row)
    return list(owners.values())
