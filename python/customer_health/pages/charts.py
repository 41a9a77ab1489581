"""The pictures of the pages, as Vega-Lite made with Altair.

The data stands in the page beside the picture, so that one specification serves all accounts, and
a reader without scripts, or with a screen reader, has the table that each picture comes with.
"""

from typing import Any

import altair as alt

# Told apart by readers who see few colours as well, by lightness in print, and on light and dark.
BAND_COLORS = ["#2b7a4b", "#7aa6c2", "#e0a030", "#b3261e"]
ACCENT = "#3f7fbf"
HAPPENED = "#d1453b"
MUTED = "#8a8f98"

# What is drawn comes from the page.
DATA = alt.NamedData("rows")


def specifications(bands: list[str]) -> dict[str, dict[str, Any]]:
    """Every picture by name; `bands` in order, the best first."""
    colors = (BAND_COLORS + [MUTED] * len(bands))[: len(bands)]
    band_scale = alt.Scale(domain=bands, range=colors)
    return {
        "score_history": _score_history(),
        "bands_by_month": _bands_by_month(bands, band_scale),
        "kept_arr": _kept_arr(),
        "retention_by_score": _retention_by_score(),
        "calibration": _calibration(),
        "lead_times": _bars("lead", "customers who left", None),
        "missed": _bars("signal", "customers who left without a flag", "-x"),
    }


def _specification(chart: alt.TopLevelMixin, height: int = 240) -> dict[str, Any]:
    return chart.properties(width="container", height=height).to_dict()


def _score_history() -> dict[str, Any]:
    day = alt.X("day:T", title=None)
    points = alt.Scale(domain=[0, 100])
    base = alt.Chart(DATA).encode(day)
    spread = base.mark_area(opacity=0.18, color=ACCENT).encode(
        alt.Y("low:Q", title="health score", scale=points), y2="high:Q"
    )
    peers = base.mark_line(color=MUTED, strokeDash=[4, 3]).encode(alt.Y("peers:Q", scale=points))
    score = base.mark_line(color=ACCENT, strokeWidth=2).encode(
        alt.Y("score:Q", scale=points),
        tooltip=[
            alt.Tooltip("day:T", title="day"),
            alt.Tooltip("score:Q", title="score"),
            alt.Tooltip("peers:Q", title="median of accounts of similar tenure"),
        ],
    )
    return _specification(spread + peers + score)


def _bands_by_month(bands: list[str], scale: alt.Scale) -> dict[str, Any]:
    legend = alt.Legend(orient="top", title=None, labelExpr="replace(datum.label, '_', ' ')")
    return _specification(
        alt.Chart(DATA)
        .transform_calculate(rank=f"indexof({bands!r}, datum.band)")
        .mark_bar()
        .encode(
            alt.X("yearmonth(day):T", title=None),
            alt.Y("customers:Q", stack=True),
            alt.Color("band:N", scale=scale, sort=bands, legend=legend),
            alt.Order("rank:Q", sort="descending"),
            tooltip=["day:T", "band:N", "customers:Q"],
        )
    )


def _kept_arr() -> dict[str, Any]:
    base = alt.Chart(DATA).encode(alt.X("day:T", title="quarter that follows"))
    share = alt.Axis(format="%")
    near = alt.Scale(zero=False)
    spread = base.mark_area(opacity=0.18, color=ACCENT).encode(
        alt.Y("expected_low:Q", title="ARR kept (gross)", axis=share, scale=near),
        y2="expected_high:Q",
    )
    expected = base.mark_line(color=ACCENT).encode(alt.Y("expected_gross_retention:Q", scale=near))
    happened = base.mark_point(color=HAPPENED, filled=True, size=55).encode(
        alt.Y("gross_retention:Q", scale=near),
        tooltip=[
            "day:T",
            alt.Tooltip("expected_gross_retention:Q", title="expected", format=".1%"),
            alt.Tooltip("gross_retention:Q", title="kept", format=".1%"),
        ],
    )
    return _specification(spread + expected + happened)


def _retention_by_score() -> dict[str, Any]:
    base = alt.Chart(DATA).encode(alt.X("range:N", title="health score", sort=None))
    share = alt.Axis(format="%")
    bars = base.mark_bar(color=ACCENT, opacity=0.75).encode(
        alt.Y("retention:Q", title="customers who stayed", axis=share),
        tooltip=["range:N", alt.Tooltip("retention:Q", format=".1%"), "n_accounts:Q"],
    )
    spread = base.mark_rule().encode(alt.Y("low:Q"), y2="high:Q")
    return _specification(bars + spread)


def _calibration() -> dict[str, Any]:
    share = alt.Axis(format="%")
    points = (
        alt.Chart(DATA)
        .mark_point(filled=True, size=70, color=ACCENT)
        .encode(
            alt.X("expected:Q", title="likelihood of leaving, as given", axis=share),
            alt.Y("happened:Q", title="share that left", axis=share),
            tooltip=[
                alt.Tooltip("expected:Q", format=".1%"),
                alt.Tooltip("happened:Q", format=".1%"),
                "n:Q",
            ],
        )
    )
    same = (
        alt.Chart(DATA)
        .mark_line(color=MUTED, strokeDash=[4, 3])
        .encode(alt.X("expected:Q"), alt.Y("expected:Q"))
    )
    return _specification(same + points)


def _bars(name: str, title: str, sort: str | None) -> dict[str, Any]:
    return _specification(
        alt.Chart(DATA)
        .mark_bar(color=ACCENT)
        .encode(
            alt.Y(f"{name}:N", title=None, sort=sort, axis=alt.Axis(labelLimit=260)),
            alt.X("customers:Q", title=title),
            tooltip=[f"{name}:N", "customers:Q"],
        ),
        height=200,
    )
