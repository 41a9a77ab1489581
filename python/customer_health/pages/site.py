"""Draws the pages of a published file into a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import vl_convert

from customer_health.pages import words
from customer_health.pages.charts import specifications
from customer_health.pages.digest import digest
from customer_health.pages.marts import PublishedMarts
from customer_health.pages.rendering import file_name, template_environment

HERE = files("customer_health.pages")
# What a customer reads is made of these: how they use the product and what they get of it.
SHOWN_TO_CUSTOMERS = ("usage", "value")
# What an account's owner said is no news to the owner.
SAID_BY_THE_OWNER = ("csm_rating_latest", "relationship_depth_latest")
# Of what lowers a score, what a customer is not asked about; and how the rest is named to them.
NOT_ON_AN_AGENDA = ("relationship", "sentiment")
AGENDA = {
    "usage": "How you use the product",
    "value": "What the product has brought you so far",
    "support": "Support",
    "engagement": "How we work together",
    "financial": "Contract and invoices",
}
# Pages that are about more than one account; their templates name the queries that they show.
OVERVIEWS = (
    "index.html",
    "my-accounts.html",
    "portfolio.html",
    "managers.html",
    "model-review.html",
    "data-health.html",
)
# Of the table of all customers, in the order in which pages.js shows them.
CUSTOMER_COLUMNS = (
    "csm_owner_id",
    "segment",
    "lifecycle_stage",
    "health_score",
    "band",
    "momentum",
    "change_90d",
    "churn_probability_90d",
    "expected_arr_loss_90d",
    "arr",
    "renewal_date",
)


def draw(file: Path, folder: Path, former: Path | None = None) -> int:
    """Write every page of a published file into an empty folder and return how many there are.

    `former` are pages drawn before, whose files are shared where they are still the same.

    Raises:
        duckdb.Error: The file cannot be opened, or no build published it.
        OSError: The folder cannot be written.
    """
    with PublishedMarts(file) as marts:
        pages = _Pages(folder, former, marts)
        _write_assets(pages, marts)
        for template in OVERVIEWS:
            pages.write(template, template)
        pages.write("digest.html", "digest.html", owners=digest(marts), is_mail=False)
        _draw_accounts(pages, marts)
        return pages.n_written


class _Pages:
    """Writes pages of one publication."""

    def __init__(self, folder: Path, former: Path | None, marts: PublishedMarts) -> None:
        self.folder = folder
        self.former = former
        self.n_written = 0
        environment = template_environment()
        environment.filters["short_row"] = _short_row
        environment.globals |= {
            "rows": marts.rows,
            "row": marts.row,
            "publication": marts.row("publication"),
            "as_json": _as_json,
        }
        self.environment = environment

    def write(self, path: str, template: str, **context: Any) -> None:
        """Write one page; `root` leads from it to the folder of the pages."""
        root = "../" * path.count("/")
        text = self.environment.get_template(template).render(root=root, here=path, **context)
        self.keep(path, text)
        self.n_written += 1

    def keep(self, path: str, text: str) -> None:
        """Write a file, or share the former one that says the same."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text != self.former_text(path):
            target.write_text(text, encoding="utf-8")
            return
        assert self.former is not None
        os.link(self.former / path, target)

    def former_text(self, path: str) -> str | None:
        """What a file said that was drawn before; None without it."""
        try:
            return (self.former / path).read_text(encoding="utf-8") if self.former else None
        except OSError:
            return None


def _short_row(customer: dict[str, Any]) -> list[Any]:
    """A customer as pages.js reads it: file and name of its page, then its columns."""
    account_id = customer["account_id"]
    columns = (customer[name] for name in CUSTOMER_COLUMNS)
    return [file_name(account_id), customer["account_name"] or account_id, *columns]


def _as_json(rows: object) -> str:
    """Rows for a script element: no `<` in it can end the element."""
    return json.dumps(rows, default=str, separators=(",", ":")).replace("<", "\\u003c")


def _write_assets(pages: _Pages, marts: PublishedMarts) -> None:
    """Write style and scripts: plain ones, since browsers load no modules from a folder."""
    for name in ("pages.css", "pages.js"):
        pages.keep(f"assets/{name}", (HERE / "assets" / name).read_text(encoding="utf-8"))
    bands = [row["band"] for row in marts.rows("bands_shift")]
    names = [
        {
            "name": row["metric_label"],
            "dimension": words.words(row["dimension"]),
            "unit": words.unit_shown(row["unit"]),
        }
        for row in marts.rows("metrics")
    ]
    pages.keep(
        "assets/charts.js",
        f"window.chartSpecifications = {_as_json(specifications(bands))};\n"
        f"window.metricNames = {_as_json(names)};\n"
        f"window.spacedWords = {_as_json(words.SPACED)};\n",
    )
    pages.keep("assets/vega.js", _vega(pages.former_text("assets/vega.js")))
    pages.keep("assets/tables.css", _of_itables("dt_bundle.css"))
    source = _as_json(_of_itables("dt_bundle.js"))
    pages.keep("assets/tables.js", f"window.dataTablesSource = {source};\n")


def _of_itables(name: str) -> str:
    """A file of the package itables, which is not imported: that would load what notebooks need."""
    paths = [path for path in metadata.files("itables") or [] if path.match(f"itables/html/{name}")]
    return paths[0].read_text(encoding="utf-8")


def _vega(former: str | None) -> str:
    """The script that draws pictures: the former one if its version is the same.

    To bundle it takes seconds.
    """
    version = f"// from vl-convert {metadata.version('vl-convert-python')}\n"
    if former and former.startswith(version):
        return former
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"{version}(() => {{{bundle}\n}})();\n"


def _draw_accounts(pages: _Pages, marts: PublishedMarts) -> None:
    """For each customer: the account's page, the brief of a business review, a report for it."""
    for account in _accounts(marts):
        account_id = account["customer"]["account_id"]
        name = file_name(account_id)
        pages.write(f"accounts/{name}.html", "account.html", name=name, **account)
        pages.write(f"briefs/{name}.html", "brief.html", name=name, **account)
        pages.write(f"for-customers/{name}.html", "for_customer.html", name=name, **account)


def _accounts(marts: PublishedMarts) -> Iterator[dict[str, Any]]:
    history = marts.by_account("account_history", "history")
    drivers = marts.by_account("account_drivers", "drivers")
    dimensions = marts.by_account("account_dimensions", "dimensions")
    changes = marts.by_account("account_changes", "changes")
    metrics = _metric_tables(marts)
    actions = marts.by_account("account_actions", "actions")
    roles = marts.by_account("account_roles", "roles")
    tickets = marts.by_account("account_tickets", "tickets")
    children = marts.by_account("account_children", "children")
    parents = {row["account_id"]: row for row in marts.rows("parents")}
    risk = {row["account_id"]: row for row in marts.rows("account_risk")}
    named_scores = {row["account_id"]: row for row in marts.rows("account_named_scores")}
    worklist = {row["account_id"]: row for row in marts.rows("worklist")}
    everyone = marts.row("everyone")
    for customer in marts.rows("customers"):
        key = customer["account_id"]
        yield {
            "customer": customer,
            "everyone": everyone,
            "history": history.get(key),
            "drivers": drivers.get(key, []),
            "dimensions": dimensions.get(key, []),
            "changes": changes.get(key, []),
            "metrics": metrics.get(key, []),
            "actions": actions.get(key, []),
            "roles": roles.get(key, []),
            "tickets": tickets.get(key, []),
            "children": children.get(key, []),
            "parent": parents.get(key),
            "risk": risk.get(key),
            "named_scores": named_scores.get(key),
            "to_do": worklist.get(key),
            "shown": [
                row
                for row in drivers.get(key, [])
                if row["said_by"] == "data" and row["dimension"] in SHOWN_TO_CUSTOMERS
            ],
            "reviewed": [
                row for row in drivers.get(key, []) if row["metric"] not in SAID_BY_THE_OWNER
            ],
            "agenda": _agenda(drivers.get(key, [])),
        }


def _agenda(drivers: list[dict[str, Any]]) -> list[str]:
    """What to talk about with a customer: dimensions of what we see, those that cost most first."""
    low = [
        row["dimension"]
        for row in drivers
        if row["effect"] == "lowers"
        and row["said_by"] == "data"
        and row["dimension"] not in NOT_ON_AN_AGENDA
    ]
    return [AGENDA.get(name, words.words(name).capitalize()) for name in dict.fromkeys(low)]


def _metric_tables(marts: PublishedMarts) -> dict[str, list[list[Any]]]:
    """Each account's metrics as rows to show: which metric, value, score, points given and lost."""
    known = {
        row["metric"]: (place, row["unit"], row["shown_as"])
        for place, row in enumerate(marts.rows("metrics"))
    }
    tables = {}
    for row in marts.rows("account_metrics"):
        tables[row["account_id"]] = [
            [
                known[metric][0],
                words.measure(value, *known[metric][1:]),
                None if score is None else round(score),
                None if given is None else round(given, 1),
                None if lost is None else round(lost, 1),
            ]
            for metric, (value, score, given, lost) in zip(
                row["metrics"], row["numbers"], strict=True
            )
        ]
    return tables
