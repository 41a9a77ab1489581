"""Which metrics predict churn, and which only look good."""

from typing import Any

import numpy as np
import pandas as pd

from customer_health.validation.intervals import normal_quantile
from customer_health.validation.rows import in_order
from customer_health.validation.settings import Settings

COLUMNS = (
    "metric", "n", "n_accounts", "n_churned_accounts", "correlation", "low", "high", "p",
    "adjusted_p", "effect", "effect_low", "effect_high", "value_correlation", "value_low",
    "value_high", "early_change", "early_p", "early_adjusted_p", "last_change", "last_p",
    "last_adjusted_p", "n_changes", "timing", "timing_reason", "verdict", "reason",
)  # fmt: skip

NO_EVIDENCE, OPEN = "no evidence yet", "not decided yet"

# Columns of one metric: pandas takes longer to cut out its rows than all the sums take.
Part = dict[str, np.ndarray]

ADJUSTED = {"p": "adjusted_p", "early_p": "early_adjusted_p", "last_p": "last_adjusted_p"}

# Observations are month ends, or denser; by the week, the last Sundays of two months.
DAYS_BETWEEN_OBSERVATIONS = 35


def metric_evidence(metric_rows: pd.DataFrame, settings: Settings) -> list[dict]:
    """Measure how each metric goes with retention, and how it moves before churn.

    Args:
        metric_rows: A row per account_id, as_of_date (monthly or denser) and metric: metric_value,
            metric_score (0-100), is_churned (within the horizon; null: not matured) and
            days_to_churn (null: not churned within 180 days).
        settings: Confidence, minimum evidence, lead and change days.

    Returns:
        A record per metric, for `metric_verdicts`.
    """
    needed = ("metric_value", "metric_score", "is_churned", "days_to_churn")
    key = ("metric", "account_id", "as_of_date")
    rows = with_changes(in_order(metric_rows, (*key, *needed), key), settings)
    columns = {name: rows[name].to_numpy(float) for name in (*needed, "change")}
    columns |= {
        name: pd.factorize(rows[of])[0]
        for name, of in (("account", "account_id"), ("date", "as_of_date"))
    }
    first = np.flatnonzero(np.diff(_runs(rows["metric"]), prepend=-1))
    evidence = []
    for begin, end in zip(first, np.append(first, len(rows))[1:], strict=True):
        part = {name: values[begin:end] for name, values in columns.items()}
        metric = {"metric": rows["metric"].iloc[begin]}
        evidence.append(metric | _correlations(part, settings) | _changes(part, settings))
    return evidence


def metric_verdicts(evidence: list[dict], settings: Settings) -> pd.DataFrame:
    """Judge every metric: does it go with retention, and does it move before churn?

    Args:
        evidence: What `metric_evidence` gave of all metrics: the more are looked at, the more will
            look good by chance.
        settings: False discovery rate, minimum evidence.

    Returns:
        A row per metric, columns as in `COLUMNS`. `correlation` is that of the metric's score with
        retention; `effect`, which the verdict goes by, how many standard deviations higher those
        that stayed scored; `value_correlation` that of the rank of its raw value. `early_change` is
        how far the score moved in the change window that ends `lead_days` before churn, less what
        accounts that stayed moved on the same dates; `last_change` the same up to the last
        observation. All p are two-sided, the adjusted ones over all metrics (Benjamini and
        Hochberg). `timing`: 'leading' (falls early enough), 'lagging' (falls too late), 'flat'.
        `verdict`: 'predictive' (the whole interval of the effect is above the least that counts);
        'inverted' (the better the score, the more churn, by as much); 'vanity' (the whole interval
        is below the least); 'not decided yet' (it holds the least) and 'no evidence yet', each with
        its reason.
    """
    verdicts = pd.DataFrame(evidence, columns=list(COLUMNS))
    words = {"metric", "timing", "timing_reason", "verdict", "reason"}
    verdicts = verdicts.astype(dict.fromkeys(set(COLUMNS) - words, float))
    for p, adjusted in ADJUSTED.items():
        verdicts[adjusted] = _adjusted(verdicts[p])
    verdicts["timing"] = [_timing(row, settings) for row in verdicts.itertuples()]
    judged = [_verdict(row, settings) for row in verdicts.itertuples()]
    verdicts["verdict"] = [word for word, _ in judged]
    verdicts["reason"] = [reason for _, reason in judged]
    return verdicts


def _correlations(part: Part, settings: Settings) -> dict[str, object]:
    """Correlate the score, and the rank of the value, with retention; a null p has no evidence.

    The effect is the correlation without its part of how few churn: how much higher those that
    stayed scored, in standard deviations.
    """
    from scipy.stats import rankdata

    matured = np.isfinite(part["is_churned"])
    scored = _where(part, matured & np.isfinite(part["metric_score"]))
    valued = _where(part, matured & np.isfinite(part["metric_value"]))
    retained = scored["is_churned"] == 0
    r, low, high, p = _correlation(scored["account"], scored["metric_score"], retained, settings)
    effect, effect_low, effect_high = (
        None if figure is None else figure / float(retained.std()) for figure in (r, low, high)
    )
    value_r, value_low, value_high, _ = _correlation(
        valued["account"], rankdata(valued["metric_value"]), valued["is_churned"] == 0, settings
    )
    return {
        "n": len(retained),
        "n_accounts": len(np.unique(scored["account"])),
        "n_churned_accounts": len(np.unique(scored["account"][~retained])),
        "correlation": r,
        "low": low,
        "high": high,
        "p": p,
        "effect": effect,
        "effect_low": effect_low,
        "effect_high": effect_high,
        "value_correlation": value_r,
        "value_low": value_low,
        "value_high": value_high,
    }


def _correlation(
    account: np.ndarray, x: np.ndarray, is_retained: np.ndarray, settings: Settings
) -> tuple[float | None, float | None, float | None, float | None]:
    """Correlate x with retention; interval and p from the standard error over accounts.

    The error is the sandwich estimator: what each row does to r is summed over the account's rows,
    which repeat each other, before it is squared. On Fisher's scale the estimate is near to normal.
    """
    from scipy.special import ndtr

    y = is_retained.astype(float)
    if not len(x) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None, None, None, None
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float(np.clip((x * y).mean(), -1, 1))
    n_accounts = len(np.unique(account))
    if n_accounts < 2:
        return r, None, None, None
    influence = np.bincount(account, (x * y - r / 2 * (x**2 + y**2)) / len(x))
    error = np.sqrt(influence @ influence * n_accounts / (n_accounts - 1))
    # Where few accounts ever differ, and none of them churned, the sandwich sees no error at all.
    error = max(error, len(x) ** -0.5)
    # A correlation of 1 has no spread at all.
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    spread = max(float(error / max(1 - r**2, 1e-12)), 1e-12)
    margin = normal_quantile(settings.confidence_share) * spread
    low, high = (float(np.tanh(limit)) for limit in (z - margin, z + margin))
    return r, low, high, 2 * float(ndtr(-abs(z) / spread))


def with_changes(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Add how far each score moved since the observation nearest to `change_days` earlier.

    The rows come ordered by metric, account and date, each once, as `in_order` gives them.
    """
    score = rows["metric_score"].to_numpy()
    day = rows["as_of_date"].to_numpy().astype("datetime64[D]").astype(int)
    tolerance = DAYS_BETWEEN_OBSERVATIONS // 2
    # All series on one line, too far apart for a search in one to end in another.
    length = np.ptp(day) + settings.change_days + tolerance + 1 if len(day) else 0
    place = _runs(rows["metric"], rows["account_id"]) * length + day
    known = np.isfinite(score)
    known_place = np.concatenate([[-np.inf], place[known], [np.inf]])
    known_score = np.concatenate([[np.nan], score[known], [np.nan]])
    asked = place - settings.change_days
    after = np.searchsorted(known_place, asked)
    # of two equally near the earlier one
    is_before = asked - known_place[after - 1] <= known_place[after] - asked
    nearest = np.where(is_before, after - 1, after)
    is_near = np.abs(known_place[nearest] - asked) <= tolerance
    return rows.assign(change=score - np.where(is_near, known_score[nearest], np.nan))


def _runs(*columns: pd.Series) -> np.ndarray:
    """Number the runs of equal values in ordered columns from 0."""
    begins = np.zeros(len(columns[0]), dtype=bool)
    for values in columns:
        codes, _ = pd.factorize(values)
        begins[1:] |= codes[1:] != codes[:-1]
    return np.cumsum(begins)


def _changes(part: Part, settings: Settings) -> dict[str, object]:
    moved = _where(part, np.isfinite(part["change"]))
    is_leaving = np.isfinite(moved["days_to_churn"])
    stays = _where(moved, ~is_leaving & (moved["is_churned"] == 0))
    n_dates = int(part["date"].max()) + 1
    n = np.bincount(stays["date"], minlength=n_dates)
    total = np.bincount(stays["date"], stays["change"], minlength=n_dates)
    usual = np.divide(total, n, out=np.full(n_dates, np.nan), where=n > 0)
    leaving = _where(moved, is_leaving)
    excess = leaving["change"] - usual[leaving["date"]]
    early, early_p, reason, n_early = _excess_change(leaving, excess, settings.lead_days, settings)
    last, last_p, *_ = _excess_change(leaving, excess, 0, settings)
    return {
        "early_change": early,
        "early_p": early_p,
        "last_change": last,
        "last_p": last_p,
        "n_changes": n_early,
        "timing_reason": reason,
    }


def _excess_change(
    leaving: Part, excess: np.ndarray, days: int, settings: Settings
) -> tuple[float | None, float | None, str | None, int]:
    """Average over churned accounts their change up to `days` before churn, beyond that of others.

    Each account counts once, with its last observation at least `days` before churn; the others
    are the accounts that stayed, observed on the same date. So a dip that everyone has is no move.

    Returns:
        The mean, its p, the reason why there is none, and the number of accounts.
    """
    from scipy.stats import ttest_1samp

    left = leaving["days_to_churn"] - days
    in_window = (left >= 0) & (left <= DAYS_BETWEEN_OBSERVATIONS)
    account, excess = leaving["account"][in_window], excess[in_window]
    excess = excess[np.diff(account, append=-1) != 0]
    excess = excess[np.isfinite(excess)]
    n = len(excess)
    if n < settings.minimum_churned_accounts:
        return None, None, (
            f"{n} churned accounts have a change to compare;"
            f" {settings.minimum_churned_accounts} are needed"
        ), n  # fmt: skip
    mean = float(excess.mean())
    if excess.std() < 1e-9:
        return mean, 1.0 if abs(mean) < 1e-9 else 0.0, None, n
    return mean, float(ttest_1samp(excess, 0).pvalue), None, n


def _where(part: Part, which: np.ndarray) -> Part:
    return {name: values[which] for name, values in part.items()}


def _adjusted(p: pd.Series) -> pd.Series:
    """Adjust the known p for how many there are."""
    from scipy.stats import false_discovery_control

    adjusted = pd.Series(np.nan, index=p.index)
    known = p.notna()
    if known.any():
        adjusted[known] = false_discovery_control(p[known].to_numpy())
    return adjusted


def _timing(row: Any, settings: Settings) -> str | None:
    """A fall that can be seen in time leads; one that shows only just before churn lags."""
    if pd.isna(row.early_p):
        return None
    if row.early_adjusted_p <= settings.false_discovery_rate and row.early_change < 0:
        return "leading"
    if row.last_adjusted_p <= settings.false_discovery_rate and row.last_change < 0:
        return "lagging"
    return "flat"


def _verdict(row: Any, settings: Settings) -> tuple[str, str | None]:
    """An effect below the least counts as none; what may be either is not decided."""
    if (
        row.n_accounts < settings.minimum_accounts
        or row.n_churned_accounts < settings.minimum_churned_accounts
    ):
        return NO_EVIDENCE, (
            f"{row.n_accounts:.0f} accounts have a score and an outcome,"
            f" {row.n_churned_accounts:.0f} of them churned; {settings.minimum_accounts} and"
            f" {settings.minimum_churned_accounts} are needed"
        )
    if pd.isna(row.p):
        return NO_EVIDENCE, "all scores or all outcomes are alike"
    is_beyond_chance = row.adjusted_p <= settings.false_discovery_rate
    if is_beyond_chance and row.effect_low > settings.least_effect:
        return "predictive", None
    if is_beyond_chance and row.effect_high < -settings.least_effect:
        return "inverted", None
    if row.effect_high < settings.least_effect:
        return "vanity", None
    return OPEN, (
        f"the effect lies between {row.effect_low:.2f} and {row.effect_high:.2f}, and"
        f" {settings.least_effect:g} is the least that counts: more outcomes will tell"
    )
