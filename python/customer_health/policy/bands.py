"""Rules of the policy for the limits of bands."""

import itertools
from collections.abc import Mapping, Sequence

from customer_health.policy.findings import Findings, grouped, use_one_of
from customer_health.policy.ranges import check_ranges
from customer_health.policy.tables import Band, LifecycleStage, Scorecard, Segment


def check_bands(
    bands: list[Band],
    segments: list[Segment],
    stages: list[LifecycleStage],
    found: Findings,
) -> None:
    """Each rule of a band set parts 0 to 100, and has the bands and flags of its default."""
    places = {
        "segment": ("segments.csv", [row.segment for row in segments]),
        "stage": ("lifecycle_stages.csv", [row.lifecycle_stage for row in stages]),
    }
    for row in bands:
        if row.rule in places:
            file, known = places[row.rule]
            if row.applies_to not in known:
                what = f"applies_to '{row.applies_to or ''}' is not in {file}"
                found.error("bands.csv", row.number, what, use_one_of(row.applies_to or "", known))
        elif row.applies_to is not None:
            what = f"the rule '{row.rule}' applies to no '{row.applies_to}'"
            found.error("bands.csv", row.number, what, "leave applies_to empty")
    for (band_set,), of_set in grouped(bands, "band_set").items():
        whose = f" of band_set '{band_set}'"
        defaults = [row for row in of_set if row.rule == "default"]
        default = {row.band: row.is_flagged for row in _from_below(defaults)}
        for (rule, place), rows in grouped(of_set, "rule", "applies_to").items():
            told = f"{whose}, rule '{rule}'{f' for {place}' if place else ''}"
            _check_limits(rows, whose if rule == "default" else told, found)
            if default and rule != "default":
                _check_names(rows, told, default, found)
        if not default:
            what = f"there is no rule 'default'{whose}"
            fix = "add its bands, for accounts to which no other rule applies"
            found.error("bands.csv", [row.number for row in of_set], what, fix)


def check_fitted_limits(scorecards: list[Scorecard], bands: list[Band], found: Findings) -> None:
    """Limits can be fitted where each band says what multiple of the usual churn it means."""
    fitted = {row.band_set: row.scorecard for row in scorecards if row.band_limits == "fitted"}
    for band_set, scorecard in fitted.items():
        rows = [row for row in bands if (row.band_set, row.rule) == (band_set, "default")]
        multiples = [row.least_risk_multiple for row in _from_below(rows)]
        known = [multiple for multiple in multiples if multiple is not None]
        falls = all(low > high for low, high in itertools.pairwise(known))
        if known != multiples or not falls or known[-1:] != [0]:
            what = (
                f"least_risk_multiple of band_set '{band_set}' does not fall to 0 from the lowest"
            )
            what += f" band up, and band_limits of scorecard '{scorecard}' are fitted"
            fix = "fill it in, such as 4, 1.5, 0.5, 0; or write fixed in scorecards.csv"
            found.error("bands.csv", [row.number for row in rows], what, fix)


def _from_below(bands: Sequence[Band]) -> list[Band]:
    return sorted(bands, key=lambda row: row.lower_bound)


def _check_limits(rows: Sequence[Band], whose: str, found: Findings) -> None:
    check_ranges("bands.csv", rows, "lower_bound", "upper_bound", 100, whose, found)
    flags = [row.is_flagged for row in _from_below(rows)]
    if flags != sorted(flags, reverse=True) or all(flags) or not any(flags):
        what = f"is_flagged{whose} does not part the lower bands from the upper ones"
        fix = "write true for the lowest bands that call for action, false for those above"
        found.error("bands.csv", [row.number for row in rows], what, fix)


def _check_names(
    rows: Sequence[Band], whose: str, default: Mapping[str, bool], found: Findings
) -> None:
    for row in rows:
        if default.get(row.band) != row.is_flagged:
            what = f"the rule 'default' has no band '{row.band}' with this is_flagged"
            fix = "use the names and flags of that rule; only the limits may differ"
            found.error("bands.csv", row.number, what, fix)
    names = [row.band for row in _from_below(rows)]
    if names != [name for name in default if name in names] and set(names) <= set(default):
        what = f"the bands{whose} do not follow each other as those of the rule 'default' do"
        fix = "give them limits in that order"
        found.error("bands.csv", [row.number for row in rows], what, fix)
