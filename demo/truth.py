"""The planted truth, to be compared with what the build finds out."""

from __future__ import annotations

import numpy as np

from demo.advocacy import Advocacy
from demo.crm import playbook_ids
from demo.parameters import DIMENSIONS, PLAYBOOKS, SEGMENTS, SHOCKS
from demo.toolkit import NEVER, dates
from demo.world import SHOCK_NAMES, World


def accounts(world: World) -> dict:
    """Who left when and why; null for accounts still there on the last day."""
    lost = world.churn <= world.options.last_day
    return {
        "account_id": world.accounts.account_id,
        "segment": np.array(SEGMENTS)[world.accounts.segment],
        "start_date": dates(world.accounts.start),
        "decision_date": dates(
            np.where(world.decision <= world.options.last_day, world.decision, NEVER)
        ),
        "churn_date": dates(np.where(lost, world.churn, NEVER)),
        "churn_kind": np.ma.array(world.churn_kind, mask=~lost),
        "reason": np.ma.array(world.churn_reason, mask=~lost),
    }


def latent_weekly(world: World) -> dict:
    """Latents (0 to 1) and hazards (per week) of each account and week of its recorded life.

    From the decision to leave on, they show the winding down.
    """
    account, week = _recorded_weeks(world)
    return {
        "account_id": world.accounts.account_id[account],
        "week_start": dates(world.week_zero + 7 * week),
        **{name: world.latent[account, week, d] for d, name in enumerate(DIMENSIONS)},
        "hazard": world.hazard[account, week],
        "health_hazard": world.health_hazard[account, week],
    }


def reference_hazards(world: World, advocacy: Advocacy) -> dict:
    """The rate per week at which each account gives references, as latent_weekly."""
    account, week = _recorded_weeks(world)
    return {
        "account_id": world.accounts.account_id[account],
        "week_start": dates(world.week_zero + 7 * week),
        "hazard": advocacy.hazard[account, week],
    }


def _recorded_weeks(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Account and week of all weeks in which something of the account is recorded."""
    monday = world.week_zero + 7 * np.arange(world.weeks)
    lives = (monday + 6 >= world.active_from[:, None]) & (monday < world.gone[:, None])
    return np.nonzero(lives)


def shocks(world: World) -> dict:
    """Shocks that struck during the recorded life, one row per dimension moved."""
    log = world.shocks
    parts = [
        (np.flatnonzero(log.kind == k), name, dimension, size, shock.half_life)
        for k, (name, shock) in enumerate(zip(SHOCK_NAMES, SHOCKS.values(), strict=True))
        for dimension, size in shock.impulse.items()
    ]
    rows = np.concatenate([part[0] for part in parts])
    lengths = [len(part[0]) for part in parts]
    kind, dimension, size, half_life = (
        np.repeat(np.array([part[k] for part in parts]), lengths) for k in range(1, 5)
    )
    return {
        "account_id": world.accounts.account_id[log.account[rows]],
        "shock": kind,
        "occurred_date": dates(log.day[rows]),
        "dimension": dimension,
        "mean_impulse_log_odds": size,
        "half_life_weeks": half_life.astype(float),
    }


def effects(world: World) -> dict:
    """Log-hazard taken away per unit of latent, by segment and dimension."""
    matrix = world.process.effect_matrix()
    segment, dimension = (axis.ravel() for axis in np.indices(matrix.shape))
    return {
        "segment": np.array(SEGMENTS)[segment],
        "dimension": np.array(DIMENSIONS)[dimension],
        "effect": matrix[segment, dimension],
    }


def playbook_effects(world: World) -> dict:
    """What each playbook run did to the latents, one row per dimension moved."""
    plays = world.plays
    run, dimension, size = [], [], []
    for k, play in enumerate(PLAYBOOKS):
        rows = np.flatnonzero(plays.play == k)
        for name, impulse in play.impulse.items():
            run.append(rows)
            dimension += [name] * len(rows)
            size += [impulse] * len(rows)
    run = np.concatenate(run)
    return {
        "playbook_run_id": playbook_ids(world)[run],
        "account_id": world.accounts.account_id[plays.account[run]],
        "playbook": np.array([play.name for play in PLAYBOOKS])[plays.play[run]],
        "started_date": dates(plays.day[run]),
        "dimension": np.array(dimension, dtype=str),
        "impulse_log_odds": np.array(size, dtype=float),
        "half_life_weeks": np.full(len(run), world.process.playbook_half_life),
    }
