"""Which metrics predict churn, and which only look good."""

from typing import Any

import numpy as np
import pandas as pd

from customer_health.validation.intervals import normal_quantile
from customer_health.validation.rows import in_order, n_churned_accounts
from customer_health.validation.settings import Settings

COLUMNS = (
    "metric", "n", "n_accounts", "n_churned_accounts", "correlation", "low", "high", "p",
    "adjusted_p", "value_correlation", "value_low", "value_high", "early_change", "early_p",
    "early_adjusted_p", "last_change", "last_p", "last_adjusted_p", "n_changes", "timing",
    "timing_reason", "verdict", "reason",
)  # fmt: skip

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
    return [
        {"metric": name, **_correlations(part, settings), **_changes(part, settings)}
        for name, part in rows.groupby("metric", observed=True)
    ]


def metric_verdicts(evidence: list[dict], settings: Settings) -> pd.DataFrame:
    """Judge every metric: does it go with retention, and does it move before churn?

    Args:
        evidence: What `metric_evidence` gave of all metrics: the more are looked at, the more will
            look good by chance.
        settings: False discovery rate, minimum evidence.

    Returns:
        A row per metric, columns as in `COLUMNS`. `correlation` is that of the metric's score with
        retention, `value_correlation` that of the rank of its raw value. `early_change` is how far
        the score moved in the change window that ends `lead_days` before churn, less what
        accounts that stayed moved on the same dates; `last_change` the same up to the last
        observation. All p are two-sided, the adjusted ones over all metrics (Benjamini and
        Hochberg). `timing`: 'leading' (falls early enough), 'lagging' (falls too late), 'flat'.
        `verdict`: 'predictive'; 'inverted' (the better the score, the more churn); 'vanity' (the
        correlation's whole interval is too small to matter); 'no evidence yet', with its reason.
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


def _correlations(part: pd.DataFrame, settings: Settings) -> dict[str, object]:
    """Correlate the score, and the rank of the value, with retention; a null p has no evidence."""
    part = part[part["is_churned"].notna()]
    scored = part[part["metric_score"].notna()]
    valued = part[part["metric_value"].notna()]
    retained = 1 - scored["is_churned"].to_numpy()
    r, low, high, p = _correlation(scored, scored["metric_score"].to_numpy(), retained, settings)
    value_r, value_low, value_high, _ = _correlation(
        valued,
        valued["metric_value"].rank().to_numpy(),
        1 - valued["is_churned"].to_numpy(),
        settings,
    )
    return {
        "n": len(scored),
        "n_accounts": scored["account_id"].nunique(),
        "n_churned_accounts": n_churned_accounts(scored),
        "correlation": r,
        "low": low,
        "high": high,
        "p": p,
        "value_correlation": value_r,
        "value_low": value_low,
        "value_high": value_high,
    }


def _correlation(
    rows: pd.DataFrame, x: np.ndarray, y: np.ndarray, settings: Settings
) -> tuple[float | None, float | None, float | None, float | None]:
    """Correlate x and y; interval and p from the standard error over accounts.

    The error is the sandwich estimator: what each row does to r is summed over the account's rows,
    which repeat each other, before it is squared. On Fisher's scale the estimate is near to normal.
    """
    from scipy.special import ndtr
    from statsmodels.stats.sandwich_covariance import S_crosssection

    if not len(x) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None, None, None, None
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float(np.clip((x * y).mean(), -1, 1))
    account = _runs(rows["account_id"])
    n_accounts = account[-1] + 1
    if n_accounts < 2:
        return r, None, None, None
    influence = (x * y - r / 2 * (x**2 + y**2)) / len(x)
    error = np.sqrt(S_crosssection(influence, account).item() * n_accounts / (n_accounts - 1))
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


def _changes(part: pd.DataFrame, settings: Settings) -> dict[str, object]:
    moved = part[part["change"].notna()]
    is_leaving = moved["days_to_churn"].notna()
    usual = moved[~is_leaving & (moved["is_churned"] == 0)].groupby("as_of_date")["change"].mean()
    leaving = moved[is_leaving]
    leaving = leaving.assign(excess=leaving["change"] - leaving["as_of_date"].map(usual))
    early, early_p, reason, n = _excess_change(leaving, settings.lead_days, settings)
    last, last_p, *_ = _excess_change(leaving, 0, settings)
    return {
        "early_change": early,
        "early_p": early_p,
        "last_change": last,
        "last_p": last_p,
        "n_changes": n,
        "timing_reason": reason,
    }


def _excess_change(
    leaving: pd.DataFrame, days: int, settings: Settings
) -> tuple[float | None, float | None, str | None, int]:
    """Average over churned accounts their change up to `days` before churn, beyond that of others.

    Each account counts once, with its last observation at least `days` before churn; the others
    are the accounts that stayed, observed on the same date. So a dip that everyone has is no move.

    Returns:
        The mean, its p, the reason why there is none, and the number of accounts.
    """
    from scipy.stats import ttest_1samp

    in_window = leaving["days_to_churn"].between(days, days + DAYS_BETWEEN_OBSERVATIONS)
    last = leaving[in_window].drop_duplicates("account_id", keep="last")
    excess = last["excess"].dropna().to_numpy()
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
    if (
        row.n_accounts < settings.minimum_accounts
        or row.n_churned_accounts < settings.minimum_churned_accounts
    ):
        return "no evidence yet", (
            f"{row.n_accounts:.0f} accounts have a score and an outcome,"
            f" {row.n_churned_accounts:.0f} of them churned; {settings.minimum_accounts} and"
            f" {settings.minimum_churned_accounts} are needed"
        )
    if pd.isna(row.p):
        return "no evidence yet", "all scores or all outcomes are alike"
    if row.adjusted_p <= settings.false_discovery_rate:
        return ("predictive" if row.correlation > 0 else "inverted"), None
    if row.high < settings.vanity_correlation:
        return "vanity", None
    return "no evidence yet", (
        f"the correlation may be chance, or as high as {row.high:.2f}: more outcomes will tell"
    )
