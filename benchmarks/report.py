"""Turns measurements into figures, targets and tables."""

import statistics

from benchmarks.scorecards import EACH_METHOD

GIB = 1024**3
TOP_NODES = 15

# What no build can leave out, beside the floor: files in `least`.
LEAST = ("repeated ids", "published scores", "published contributions")


def figure(series: dict, name: str) -> dict | None:
    """Median, min, max and number of one figure of a series; None if it was not measured."""
    values = [sample[name] for sample in series["samples"] if sample.get(name) is not None]
    return _summed_up(values)


def ratio(above: dict, name: str, below: dict, other: str) -> dict | None:
    """The same of a ratio, taken of measurements that were neighbours in time."""
    pairs = zip(above["samples"], below["samples"], strict=False)
    return _summed_up([first[name] / second[other] for first, second in pairs])


def _summed_up(values: list[float]) -> dict | None:
    if not values:
        return None
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
        "n": len(values),
    }


def targets(series: dict) -> list[dict]:
    """What the project promises, what was measured, and whether it is met (None: not measured)."""
    full = _of(series, "full")
    small, large = (full[0], full[-1]) if len(full) > 1 else (None, full[-1] if full else None)
    found = []

    def add(what: str, limit: float, unit: str, measured: float | None) -> None:
        met = None if measured is None else measured <= limit
        found.append(
            {"target": what, "limit": limit, "unit": unit, "measured": measured, "met": met}
        )

    if not large:
        return found
    at = large["size"]
    floor = series.get(f"{at} floor")
    times_floor = ratio(large, "engine", floor, "seconds") if floor else None
    add(f"full build at {at}: engine time over the floor", 3, "x", _median(times_floor))
    peak = _median(figure(large, "peak_bytes"))
    add(f"full build at {at}: peak memory", 8, "GiB", peak / GIB if peak else None)
    if small:
        more = large["events"] / small["events"]
        result = _median(figure(large, "result_bytes")) - _median(figure(small, "result_bytes"))
        beyond = (peak - result) / _median(figure(small, "peak_bytes"))
        what = f"from {small['size']} to {at}: peak memory beyond the growth of the marts"
        add(what, 1.5, "x", beyond)
        grown = _median(figure(large, "engine")) / _median(figure(small, "engine"))
        add(f"from {small['size']} to {at}: engine time of the full build", 1.1 * more, "x", grown)
    days = _of(series, "increment", at)
    if days:
        day = _median(figure(days[-1], "engine"))
        share = day / _median(figure(large, "engine")) * 100 if day else None
        add(f"one day more at {at}: engine time of the full build's", 5, "%", share)
    if len(days) > 1:
        longer = ratio(days[1], "engine", days[0], "engine")
        months = [one["history_months"] for one in days]
        what = f"one day more at {at}: on {months[1]} months of history over on {months[0]}"
        add(what, 1.1, "x", _median(longer))
    for build, times in more_scorecards(series):
        if build["scorecards"] == EACH_METHOD:
            what = f"full build at {build['size']} with all methods: engine time of the policy's"
            add(what, 1.2, "x", _median(times))
    return found


def more_scorecards(series: dict) -> list[tuple[dict, dict | None]]:
    """Builds with more and more scorecards, each with its ratio to that of the policy as it is."""
    builds = sorted(_of(series, "methods"), key=lambda one: one["count"])
    return [(one, ratio(one, "engine", builds[0], "engine")) for one in builds]


def markdown(results: dict) -> str:
    """All results as one page of tables."""
    series = results["series"]
    parts = [
        "# Benchmark\n",
        "Made by `make bench`; [README.md](README.md) says what each figure means. Figures are"
        " medians, with the smallest and the largest in brackets.\n",
        _runs(series),
        _target_table(results["targets"]),
        _full_table(series),
        _least_table(series),
        _increment_table(series),
        _baseline_table(series),
        _startup_table(series),
        _publication_table(series),
        _methods_table(series),
        _node_table(series),
    ]
    return "\n".join(part for part in parts if part)


def _runs(series: dict) -> str:
    """Which machine and which commits; more than one run is said so."""
    runs = {one["run"]["started"]: one["run"] for one in series.values() if one["samples"]}
    lines = []
    for run in runs.values():
        machine = run["machine"]
        versions = ", ".join(
            f"{name} {machine[name]}" for name in ("dbt-core", "dbt-duckdb", "duckdb", "pandas")
        )
        lines.append(
            f"- {run['started']}, commit {run['commit']}: {machine['cores']} cores,"
            f" {machine['memory_bytes'] / GIB:.0f} GiB, {machine['system']}, Python"
            f" {machine['python']}, {versions}"
        )
    if len(lines) > 1:
        lines.append("\nMeasured in more than one run: compare with care.")
    return "\n".join(lines) + "\n"


def _target_table(found: list[dict]) -> str:
    words = {True: "met", False: "**not met**", None: "not measured"}
    return _table(
        "Targets",
        ("target", "at most", "measured", ""),
        [
            (
                one["target"],
                f"{one['limit']:.3g} {one['unit']}",
                "" if one["measured"] is None else f"{one['measured']:.2f} {one['unit']}",
                words[one["met"]],
            )
            for one in found
        ],
    )


def _full_table(series: dict) -> str:
    rows = []
    for full in _of(series, "full"):
        floor = series.get(f"{full['size']} floor", {"samples": []})
        account_days = _median(figure(full, "account_days"))
        rows.append(
            (
                full["size"],
                f"{full['accounts']:,}",
                f"{account_days:,.0f}",
                _shown(figure(floor, "seconds")),
                _shown(figure(full, "engine")),
                _shown(ratio(full, "engine", floor, "seconds")),
                _shown(figure(full, "nodes")),
                _shown(figure(full, "process")),
                _shown(figure(full, "peak_bytes"), GIB),
                _shown(figure(floor, "peak_bytes"), GIB),
                _shown(figure(full, "result_bytes"), GIB),
                _shown(figure(full, "warehouse_bytes"), GIB),
            )
        )
    heads = ("events", "accounts", "account days", "floor (s)", "engine (s)", "engine / floor")
    heads += ("nodes (s)", "whole command (s)", "peak (GiB)", "floor's peak (GiB)")
    heads += ("marts (GiB)", "warehouse (GiB)")
    return _table("Full build", heads, rows)


def _least_table(series: dict) -> str:
    rows = []
    for floor in _of(series, "floor"):
        for what in LEAST:
            for one in _of(series, what, floor["size"]):
                seconds = figure(one, "seconds")
                floors = seconds["median"] / _median(figure(floor, "seconds"))
                rows.append((one["size"], what, _shown(seconds), f"{floors:.2f}"))
    heads = ("events", "what", "seconds", "floors")
    return _table("What no build can leave out", heads, rows)


def _increment_table(series: dict) -> str:
    rows = []
    for day in _of(series, "increment"):
        full = series.get(f"{day['size']} full", {"samples": []})
        engine, whole = figure(day, "engine"), figure(full, "engine")
        share = f"{engine['median'] / whole['median']:.1%}" if engine and whole else ""
        rows.append(
            (
                day["size"],
                day["history_months"],
                _shown(engine),
                share,
                _shown(figure(day, "nodes")),
                _shown(figure(day, "process")),
                _shown(figure(day, "peak_bytes"), GIB),
            )
        )
    heads = ("events", "months of history", "engine (s)", "of the full build's", "nodes (s)")
    heads += ("whole command (s)", "peak (GiB)")
    return _table("One day more", heads, rows)


def _baseline_table(series: dict) -> str:
    rows = []
    for models in _of(series, "usage models"):
        ours = figure(models, "usage_models")
        rows.append((models["size"], "our usage models", "every day", _shown(ours), "", "", ""))
        for name in ("joined_to_dates", "pandas"):
            for baseline in _of(series, name, models["size"]):
                last = baseline["samples"][-1]
                differing = sum(last["different"].values())
                rows.append(
                    (
                        models["size"],
                        name,
                        baseline["dates"],
                        _shown(figure(baseline, "seconds")),
                        _shown(ratio(baseline, "seconds", models, "usage_models")),
                        _shown(figure(baseline, "peak_bytes"), GIB),
                        f"{differing:,} of {last['compared']:,} figures differ",
                    )
                )
    heads = ("events", "what", "dates", "seconds", "times our models", "peak (GiB)", "agreement")
    return _table("Usage metrics beside two baselines (clean data)", heads, rows)


def _startup_table(series: dict) -> str:
    rows = [
        (what, _shown(figure(one, "startup")))
        for what in ("startup, imports", "startup, full parse", "startup, partial parse")
        for one in _of(series, what)
    ]
    for full in _of(series, "full"):
        hooks = [sample["by_kind"].get("operation", 0) for sample in full["samples"]]
        rows += [
            (
                f"before the first node, full build at {full['size']}",
                _shown(figure(full, "startup")),
            ),
            (f"of it hooks, at {full['size']}", _shown(_summed_up(hooks))),
            (f"between nodes, in all, at {full['size']}", _shown(figure(full, "between_nodes"))),
            (f"per data test, at {full['size']}", _shown(figure(full, "per_test"))),
        ]
    return _table("Start-up and overhead", ("what", "seconds"), rows)


def _publication_table(series: dict) -> str:
    rows = []
    for one in _of(series, "publication"):
        rows.append((one["size"], "whole command", _shown(figure(one, "process"))))
        for step in one["samples"][0]["steps"]:
            seconds = [sample["steps"].get(step, 0.0) for sample in one["samples"]]
            rows.append((one["size"], step, _shown(_summed_up(seconds))))
    return _table("The command behind `make build`", ("events", "step", "seconds"), rows)


def _methods_table(series: dict) -> str:
    rows = [
        (
            build["size"],
            build["scorecards"],
            build["count"],
            _shown(figure(build, "engine")),
            _shown(times),
            _shown(figure(build, "peak_bytes"), GIB),
        )
        for build, times in more_scorecards(series)
    ]
    heads = ("events", "scorecards", "how many", "engine (s)", "times the first", "peak (GiB)")
    return _table("Full build with more scorecards", heads, rows)


def _node_table(series: dict) -> str:
    """Seconds per kind of node, and of the largest nodes, at each size and for a day more."""
    columns = [*_of(series, "full"), *_of(series, "increment")]
    if not columns:
        return ""
    heads = [
        f"{one['size']}, day on {one['history_months']} months"
        if "history_months" in one
        else f"{one['size']}, full"
        for one in columns
    ]

    def rows(key: str) -> list[tuple]:
        names = {name for one in columns for sample in one["samples"] for name in sample[key]}
        found = {
            name: [
                _summed_up([sample[key].get(name, 0.0) for sample in one["samples"]])
                for one in columns
            ]
            for name in names
        }
        order = sorted(found, key=lambda name: -max(part["median"] for part in found[name]))
        return [(name, *map(_shown, found[name])) for name in order]

    return "\n".join(
        (
            _table("Seconds by kind of node", ("kind", *heads), rows("by_kind")),
            _table(
                f"The {TOP_NODES} nodes that take longest (results.json has all)",
                ("node", *heads),
                rows("by_node")[:TOP_NODES],
            ),
        )
    )


def _of(series: dict, what: str, size: str | None = None) -> list[dict]:
    """The series of a kind that hold measurements, by size and length of history."""
    found = [
        one
        for one in series.values()
        if one["what"] == what and one["samples"] and size in (None, one["size"])
    ]
    return sorted(found, key=lambda one: (one["events"], one.get("history_months", 0)))


def _median(summed_up: dict | None) -> float | None:
    return summed_up["median"] if summed_up else None


def _shown(summed_up: dict | None, unit: float = 1) -> str:
    if not summed_up:
        return ""
    median, least, most = (summed_up[key] / unit for key in ("median", "min", "max"))
    digits = 2 if median < 100 else 1
    return f"{median:.{digits}f} ({least:.{digits}f}-{most:.{digits}f})"


def _table(title: str, heads: tuple, rows: list[tuple]) -> str:
    if not rows:
        return ""
    lines = [f"## {title}\n", "| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
