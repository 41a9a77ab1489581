"""A scorecard's weights differ by the segments of the segmentation that it names."""

import duckdb
import pandas as pd
from portfolios import EXPERT, SMALL, observations, quarters

from customer_health.fits import fit_due


def fitted(accounts_on_premises: int) -> pd.DataFrame:
    """Fit a portfolio of one primary segment: usage tells in the cloud, support on premises.

    Two scorecards of one method differ only in what their weights go by.
    """
    cloud = observations(120, seed=1, effects=(1.0, 0.1, 0.0, 0.0), segments=("cloud",))
    other = observations(
        accounts_on_premises, seed=2, effects=(0.0, 0.1, 1.0, 0.0), segments=("on_premises",)
    )
    other["account_id"] += " on premises"
    rows = pd.concat([cloud, other], ignore_index=True)
    segments = rows[["account_id", "as_of_date", "segment"]].assign(segmentation="deployment")
    # of an account of unknown deployment model there is no row
    segments = segments[segments["account_id"] != "account 7"]
    rows["segment"] = "smb"
    frames = {
        "due": pd.DataFrame({"valid_from": quarters(3)}),
        "observations": rows,
        "scorecards": pd.DataFrame(
            {
                "scorecard": ["by_deployment", "by_size"],
                "role": ["challenger", "production"],
                "method": ["correlation", "correlation"],
                "starts_from": ["expert", "expert"],
                "weights_by": ["deployment", None],
            }
        ),
        "scorecard_weights": pd.DataFrame(
            {"scorecard": "expert", "dimension": EXPERT.keys(), "weight": EXPERT.values()}
        ),
        "dimensions": pd.DataFrame({"dimension": list(EXPERT), "is_strategic": False}),
        "thresholds": pd.DataFrame([SMALL]),
        "segments": segments,
    }
    connection = duckdb.connect()
    due, *others = (connection.from_df(frame) for frame in frames.values())
    table = fit_due(due.project("valid_from::date as valid_from"), *others, None)
    return table[table["valid_from"] == table["valid_from"].max()]


def weights(table: pd.DataFrame, scorecard: str, segment: str) -> pd.DataFrame:
    rows = table[(table["scorecard"] == scorecard) & (table["segment"] == segment)]
    return rows.set_index("dimension")


def test_weights_differ_by_what_the_scorecard_names():
    table = fitted(accounts_on_premises=60)
    seen = {name: set(rows["segment"]) for name, rows in table.groupby("scorecard")}
    assert seen == {
        "by_deployment": {"universal", "cloud", "on_premises", "unknown"},
        "by_size": {"universal", "smb"},
    }
    cloud = weights(table, "by_deployment", "cloud")
    on_premises = weights(table, "by_deployment", "on_premises")
    universal = weights(table, "by_deployment", "universal")
    assert cloud["target_weight"]["usage"] > universal["target_weight"]["usage"] + 5
    assert on_premises["target_weight"]["support"] > universal["target_weight"]["support"] + 5
    for rows in (cloud, on_premises):
        assert (rows["basis"] == "fitted, pooled with universal").all()
    assert cloud["n_accounts"].max() == 119
    # who goes by what changes nothing for all accounts together
    of_size = weights(table, "by_size", "universal")
    assert universal["weight"].tolist() == of_size["weight"].tolist()


def test_a_segment_with_too_few_accounts_has_the_universal_weights():
    table = fitted(accounts_on_premises=20)
    universal = weights(table, "by_deployment", "universal")
    few = weights(table, "by_deployment", "on_premises")
    assert (few["basis"] == "universal").all()
    assert (few["fallback_reason"] == "20 accounts in the segment, more than 25 needed").all()
    assert few["weight"].tolist() == universal["weight"].tolist()
    unknown = weights(table, "by_deployment", "unknown")
    assert (
        unknown["fallback_reason"] == "accounts without a segment have the universal weights"
    ).all()
