"""The usage metrics as a notebook computes them with pandas: a loop over dates, a window on each.

For clean data: nothing is typed, judged or deduplicated. Accounts, dates and paid seats are those
of the warehouse. Left out: how many features, since a name must first show to be one, and
departments, which are unknown where nobody's is known. Prints, as JSON, the seconds from reading
the raw files to the last metric.
Run as `python -m benchmarks.baselines.usage_metrics --raw FOLDER --warehouse FILE --out FILE`.
"""

import argparse
import json
import time
from pathlib import Path

import duckdb
import pandas as pd

DAY = pd.Timedelta(days=1)


def read_activity(raw: Path) -> pd.DataFrame:
    """Events per account, person, feature, day and day it was known; all that the loop needs."""
    events = pd.read_parquet(
        raw / "product" / "events",
        columns=["account_id", "user_id", "event_name", "occurred_at", "known_at"],
    )
    # a person of null is nobody known, and must not drop out of a group
    events["user_id"] = events["user_id"].astype("object").fillna("")
    for name in ("account_id", "event_name"):
        events[name] = events[name].astype("object")
    events["activity_date"] = events["occurred_at"].dt.floor("D")
    known_at = events[["known_at", "occurred_at"]].max(axis=1)
    events["known_date"] = known_at.dt.floor("D")
    keys = ["account_id", "user_id", "event_name", "activity_date", "known_date"]
    activity = events.groupby(keys).size().rename("n_events").reset_index()

    features = pd.read_parquet(raw / "product" / "features.parquet")
    activity = activity.merge(features, on="event_name", how="left")
    activity["feature_id"] = activity["feature_id"].fillna(activity["event_name"])
    activity["feature_type"] = activity["feature_type"].fillna("feature")
    for name in ("is_core", "is_key"):
        activity[name] = activity[name].eq(True)
    return activity.sort_values("activity_date", ignore_index=True)


def metrics_on(date: pd.Timestamp, accounts: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """The metrics of the accounts (account_id, seats) on one date."""
    first = activity["activity_date"].searchsorted(date - 55 * DAY, side="left")
    end = activity["activity_date"].searchsorted(date, side="right")
    window = activity.iloc[first:end]
    window = window[window["known_date"] <= date]
    day = window["activity_date"]
    last_28, last_14, last_7 = (window[day > date - days * DAY] for days in (28, 14, 7))
    previous_28 = window[day <= date - 28 * DAY]
    previous_14 = last_28[last_28["activity_date"] <= date - 14 * DAY]
    features = last_28[last_28["feature_type"] == "feature"]
    people = last_28[last_28["user_id"] != ""]

    def distinct(rows: pd.DataFrame, column: str) -> pd.Series:
        return rows.groupby("account_id")[column].nunique()

    def total(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("account_id")["n_events"].sum()

    counted = pd.DataFrame(
        {
            "active_users_7d": distinct(last_7[last_7["user_id"] != ""], "user_id"),
            "active_users_28d": distinct(people, "user_id"),
            "user_days": people.drop_duplicates(["user_id", "activity_date"])
            .groupby("account_id")
            .size(),
            "active_days": distinct(last_28, "activity_date"),
            "core_features": distinct(features[features["is_core"]], "feature_id"),
            "events_14d": total(last_14),
            "events_previous_14d": total(previous_14),
            "events_28d": total(last_28),
            "events_previous_28d": total(previous_28),
            "logins": total(last_28[last_28["feature_type"] == "login"]),
            "page_views_28d": total(last_28[last_28["feature_type"] == "page_view"]),
            "key_events": total(last_28[last_28["is_key"]]),
        },
        index=pd.Index(accounts["account_id"]),
    ).fillna(0)

    so_far = activity.iloc[:end]
    last_date = so_far[so_far["known_date"] <= date].groupby("account_id")["activity_date"].max()
    n_core = activity.attrs["n_core_features"]
    seats = accounts.set_index("account_id")["seats"]
    active = counted["active_users_28d"].where(counted["active_users_28d"] > 0)

    def above(number: pd.Series) -> pd.Series:
        return number.where(number > 0)

    return pd.DataFrame(
        {
            "as_of_date": date,
            "active_users_7d": counted["active_users_7d"],
            "active_users_28d": counted["active_users_28d"],
            "active_seat_share_28d": counted["active_users_28d"] / above(seats),
            "stickiness_dau_mau_28d": counted["user_days"] / 28 / active,
            "stickiness_wau_mau": counted["active_users_7d"] / active,
            "logins_per_user_week_28d": counted["logins"] / 4 / active,
            "core_feature_share_28d": counted["core_features"] / n_core,
            "key_feature_depth_28d": counted["key_events"] / 4 / active,
            "days_since_last_activity": (date - last_date.reindex(counted.index)).dt.days,
            "usage_trend_28d": counted["events_28d"] / above(counted["events_previous_28d"]) - 1,
            "usage_trend_14d": counted["events_14d"] / above(counted["events_previous_14d"]) - 1,
            "active_days_share_28d": counted["active_days"] / 28,
            "events_28d": counted["events_28d"],
            "page_views_28d": counted["page_views_28d"],
        }
    ).reset_index()


def usage_metrics(raw: Path, spine: pd.DataFrame) -> pd.DataFrame:
    """The metrics of the accounts and dates of a spine (account_id, as_of_date, seats)."""
    activity = read_activity(raw)
    features = pd.read_parquet(raw / "product" / "features.parquet")
    is_core = features["is_core"].eq(True) & (features["feature_type"] == "feature")
    activity.attrs["n_core_features"] = features.loc[is_core, "feature_id"].nunique()
    return pd.concat(
        [metrics_on(date, accounts, activity) for date, accounts in spine.groupby("as_of_date")]
    )


def main() -> None:
    """Compute the metrics on every date, print the seconds, write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baselines.usage_metrics")
    parser.add_argument("--raw", type=Path, required=True, help="folder of clean raw data")
    parser.add_argument("--warehouse", type=Path, required=True, help="file built from that folder")
    parser.add_argument("--out", type=Path, required=True, help="Parquet file for the result")
    given = parser.parse_args()
    with duckdb.connect(str(given.warehouse), read_only=True) as connection:
        spine = connection.execute(
            "select account_id, as_of_date, seats from intermediate.int_spine__account_days"
        ).df()

    started = time.perf_counter()
    result = usage_metrics(given.raw, spine)
    seconds = time.perf_counter() - started
    result.to_parquet(given.out, index=False)
    print(json.dumps({"seconds": seconds, "rows": len(result)}))


if __name__ == "__main__":
    main()
