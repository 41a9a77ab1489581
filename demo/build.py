"""Puts the parts together and writes raw data, truth and manifest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from customer_health.vendors import Vendors
from demo import advocacy, billing, crm, overrides, people, product, signals, support, survey, truth
from demo.contract import Column, read_contract
from demo.dirt import Ledger, spoil
from demo.event_files import EventDirt, EventEncoder, write_events
from demo.layouts.frame import dress
from demo.output import plain_table, raw_table, write
from demo.parameters import Options, Process
from demo.spellings import VARIANTS
from demo.toolkit import stream
from demo.world import build_world

MANIFEST = "manifest.json"


def build(
    options: Options,
    out: Path,
    say: Callable[[str], None] = print,
    vendors: Vendors | None = None,
) -> dict[str, int]:
    """Generate everything into `out`; returns the rows written per raw and truth table.

    Sources that `vendors` names come in their vendor's layout, and the others in the contract's.
    """
    _clear(out)
    contract = read_contract()
    # a row of seeds/policy/custom_fields.csv
    support_plan = Column("support_plan", "varchar")
    contract["crm", "accounts"] = contract["crm", "accounts"].with_columns(support_plan)
    ledger = Ledger()
    rows: dict[str, int] = {}

    say(f"World: {options.accounts} accounts, {options.months} months up to {options.end}")
    world = build_world(options, Process())
    book = billing.build_book(world)
    known = people.build_people(world)
    users = product.build_users(world, book)
    judged = overrides.draw_overrides(world)
    advocates = advocacy.draw_advocacy(world)

    raw = {
        ("billing", "subscriptions"): lambda: billing.subscriptions(world, book),
        ("billing", "invoices"): lambda: billing.invoices(world, book),
        ("crm", "accounts"): lambda: crm.accounts(world, book),
        ("crm", "contacts"): lambda: people.contacts(world, known),
        ("crm", "contact_roles"): lambda: people.contact_roles(world, known),
        ("crm", "activities"): lambda: crm.activities(world, known),
        ("crm", "goals"): lambda: crm.goals(world, book),
        ("crm", "milestones"): lambda: crm.milestones(world),
        ("crm", "opportunities"): lambda: crm.opportunities(world, book),
        ("crm", "playbook_runs"): lambda: crm.playbook_runs(world),
        ("crm", "csm_assessments"): lambda: crm.csm_assessments(world),
        ("crm", "score_overrides"): lambda: overrides.score_overrides(world, judged),
        ("crm", "references"): lambda: advocacy.references(world, advocates),
        ("support", "organizations"): lambda: support.organizations(world),
        ("support", "tickets"): lambda: support.tickets(world),
        ("survey", "responses"): lambda: survey.responses(world, known),
        ("signals", "account_signals"): lambda: signals.account_signals(world, known),
        ("product", "users"): lambda: product.users_table(world, users),
        ("product", "features"): product.features,
        ("product", "storage"): lambda: product.storage(world),
    }
    for (source, name), columns in raw.items():
        spec = contract[source, name]
        table = raw_table(columns(), spec)
        if options.dirt > 0 and len(table):
            rng = stream(options.seed, f"dirt {source}.{name}")
            table = spoil(table, spec, rng, options.dirt, options.last_day, ledger)
        write(table, out / "raw" / source / f"{name}.parquet")
        rows[f"{source}.{name}"] = len(table)
    say(f"Small tables: {sum(rows.values())} rows in {len(rows)} tables")

    usage = product.build_usage(world, users)
    say(f"Events: {usage.events_per_user_day:.2f} on each active user-day")
    encoder = EventEncoder(
        world.accounts.account_id,
        product.user_ids(users),
        product.event_names(options, world.process),
        VARIANTS if options.dirt > 0 else VARIANTS[:1],
    )
    spoiler = None
    if options.dirt > 0:
        rng = stream(options.seed, "dirt product.events")
        spec = contract["product", "events"]
        spoiler = EventDirt(encoder, spec, rng, options.dirt, options.last_day, ledger)
    rows["product.events"] = write_events(
        out / "raw" / "product" / "events",
        product.event_blocks(world, usage),
        product.months_of(options)[-1][0],
        encoder,
        spoiler,
    )

    planted = {
        "accounts": truth.accounts(world),
        "latent_weekly": truth.latent_weekly(world),
        "reference_hazards": truth.reference_hazards(world, advocates),
        "shocks": truth.shocks(world),
        "effects": truth.effects(world),
        "playbook_effects": truth.playbook_effects(world),
        "overrides": overrides.truth(world, judged),
        "dirt": ledger.columns(),
    }
    for name, columns in planted.items():
        table = plain_table(columns)
        write(table, out / "truth" / f"{name}.parquet")
        rows[f"truth.{name}"] = len(table)

    if vendors:
        say(f"Layouts: {', '.join(f'{source} {vendor}' for source, (vendor,) in vendors.items())}")
        for name, count in dress(out / "raw", vendors, options.end).items():
            if count is None:
                del rows[name]
            else:
                rows[name] = count

    manifest = {"parameters": asdict(options), "vendors": vendors or {}, "rows": rows}
    (out / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return rows


def _clear(out: Path) -> None:
    """Remove what an earlier run left in `out`; refuse a folder with anything else of that name."""
    for part in (out / "raw", out / "truth"):
        if part.exists():
            if not (out / MANIFEST).exists():
                raise FileExistsError(f"{part} is not from an earlier run of the demo")
            shutil.rmtree(part)
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST).write_text("{}\n", encoding="utf-8")
