"""What `make policy` says of an edited policy is what the next build then does."""

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, copy_project, dbt, make_demo, query, select

from customer_health import plan
from customer_health.plan import INCREMENTAL, Plan, refuse_an_untried_scorecard
from customer_health.policy import seed_problems
from customer_health.policy.decisions import PolicyChange, note
from customer_health.publication import Publication, Refusal, Warehouse
from customer_health.trial import versions
from customer_health.trial.__main__ import cannot_be_used
from customer_health.trial.changes import changed_rows
from customer_health.trial.effects import Comparison
from customer_health.trial.score_changes import main as explain

HOW_TO = PROJECT / "docs/how-to/policy.md"
# Those that one policy can take on together; segments by ARR would leave bands by size to nobody.
TOGETHER = [
    "Usage counts 40 %",
    "Small customers are healthy only from 85",
    "A metric counts more, or not at all",
    "Another scorecard in production",
    "Weights differ by deployment model",
    "A preset",
    "An API platform or a marketplace",
    "Bands of your own",
    "A rule that starts a playbook",
]


def worked_changes() -> dict[str, list[tuple[str, str, str]]]:
    """The edits of the how-to, by heading: (file, row as it is or '', row in its place)."""
    changes: dict[str, list[tuple[str, str, str]]] = {}
    for section in HOW_TO.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, _, text = section.partition("\n")
        edits, file, former = changes.setdefault(heading, []), "", ""
        for line in re.findall(r"^ {4}(.*)$", text, re.MULTILINE):
            if line.startswith("- "):
                former = line[2:]
            elif line.startswith("+ "):
                edits.append((file, former, line[2:]))
                former = ""
            else:
                file = line
    return changes


def make_edits(project: Path, heading: str) -> None:
    """Edit the policy of a copy of the project as the how-to says."""
    for file, former, row in worked_changes()[heading]:
        path = project / file
        text = path.read_text(encoding="utf-8")
        if former:
            assert text.count(f"{former}\n") == 1, f"{file} has no row {former}"
            text = text.replace(f"{former}\n", f"{row}\n")
        else:
            text += f"{row}\n"
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("heading", worked_changes())
def test_a_worked_change_of_the_how_to_is_accepted(heading, tmp_path):
    seeds = shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    assert worked_changes()[heading]
    make_edits(tmp_path, heading)
    errors, warnings = seed_problems(seeds)
    assert errors == []
    # another primary segmentation leaves rows to nobody
    unused = {("bands.csv", "smb"), ("bands.csv", "enterprise")}
    unused |= {("metric_curves.csv", "smb"), ("metric_curves.csv", "enterprise")}
    told = r"seeds/policy/(\S+), rows .*: segment '(\w+)' has no account here: it is one of"
    named = {match.groups() for match in (re.match(told, text) for text in warnings) if match}
    assert named == (unused if heading == "Customers are segmented by ARR" else set())
    assert len(warnings) == len(named)


@dataclass(frozen=True)
class Tried:
    """A project whose policy was edited: what the trial said, and the builds before and after."""

    project: Path
    said: str
    forecast: list[dict[str, str]]
    noted: list[dict[str, str]]
    before: Path
    after: Path


def try_policy(project: Path, file: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run `make policy` in a copy of the project."""
    return subprocess.run(
        [sys.executable, "-m", "customer_health.trial", "--warehouse", str(file), *flags],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "python")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def tried(tmp_path_factory) -> Tried:
    folder = tmp_path_factory.mktemp("trial")
    raw = make_demo(folder / "demo", accounts=40, months=16)
    project = copy_project(folder / "project")
    file = folder / "scores.duckdb"
    warehouse = Warehouse(file)

    def command(module: str, *flags: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, "--warehouse", str(file), *flags],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(project / "python")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    building = ("--raw-path", str(raw), "--without-pages", "--keep", "2")
    command("customer_health.build", *building)
    assert "none since the last build" in command("customer_health.trial")
    for heading in TOGETHER:
        make_edits(project, heading)
    said = command("customer_health.trial", "--reason", "a first  try", "--by", "ann")
    with (warehouse.trial_folder / "band_changes.csv").open(encoding="utf-8") as changes:
        forecast = list(csv.DictReader(changes))
    with (project / "seeds/policy/policy_changes.csv").open(encoding="utf-8") as decisions:
        noted = list(csv.DictReader(decisions))
    # only the list of accounts stays
    assert {path.suffix for path in warehouse.trial_folder.glob("*.*")} == {".csv"}
    command("customer_health.build", *building)
    after, before = warehouse.publications()
    return Tried(project, said, forecast, noted, before.published, after.published)


def test_the_bands_that_were_forecast_are_those_of_the_next_build(tried):
    bands = "select account_id, band, health_score from marts.account_health"
    before, after = (
        {row[0]: row[1:] for row in query(file, bands)} for file in (tried.before, tried.after)
    )
    changed = {
        account: (*map(str, before[account]), *map(str, after[account]))
        for account in before
        if before[account][0] != after[account][0]
    }
    assert changed
    assert changed == {
        row["account_id"]: tuple(
            row[column] or "None"
            for column in ("band_before", "health_score_before", "band_after", "health_score_after")
        )
        for row in tried.forecast
        if row["band_before"] != row["band_after"]
    }


def test_worked_changes_end_as_the_how_to_says(tried):
    day = "as_of_date = (select max(as_of_date) from marts.fct_health_scores)"
    scores = f"select distinct scorecard, scorecard_role from marts.fct_health_scores where {day}"
    assert ("d3", "challenger") in query(tried.after, scores)
    assert ("expert_default", "production") in query(tried.after, scores)
    in_health = "select distinct scorecard from marts.account_health where health_score is not null"
    assert query(tried.after, in_health) == [("expert_default",)]
    usage = """
        select weight from marts.fct_dimension_weights
        where scorecard = 'expert_default' and dimension = 'usage' order by valid_from desc limit 1
    """
    assert query(tried.after, usage) == [(40,)]
    (state, _) = Warehouse(tried.project.parent / "scores.duckdb").publications()
    limits = """
        select distinct lower_bound >= 85 from intermediate.int_bands__in_force
        where scorecard = 'expert_default' and segment = 'smb' and band = 'healthy'
            and valid_until is null
    """
    assert query(state.state, limits) == [(True,)]
    ours = f"""
        select band, min(health_score) >= 70 from marts.fct_health_scores
        where scorecard = 'equal' and {day} and band <> 'insufficient data' and raw_band = 'fine'
        group by band
    """
    assert ("fine", True) in query(tried.after, ours)
    history = "select count(*) from marts.fct_health_scores where scorecard = 'd3'"
    assert query(tried.after, history) == query(tried.after, history.replace("'d3'", "'equal'"))


def rebuilt(built_demo, folder: Path, heading: str, *nodes: str, **variables) -> Path:
    """Build nodes of a copy of the demo's warehouse again, under a change of the how-to."""
    warehouse = Path(shutil.copy(built_demo.warehouse, folder))
    project = copy_project(folder / "project")
    make_edits(project, heading)
    outcome = dbt(
        *("build", warehouse, "--full-refresh"),
        *select(*nodes),
        project=project,
        is_edited=False,
        raw_path=built_demo.raw,
        **variables,
    )
    assert outcome.code == 0, outcome.text
    return warehouse


def test_a_condition_more_keeps_a_trigger_from_the_others(built_demo, tmp_path):
    fired = """
        select trigger, account_id, as_of_date, arr from marts.fct_playbook_triggers order by all
    """
    before = query(built_demo.warehouse, fired)
    warehouse = rebuilt(
        built_demo,
        tmp_path,
        "A rule that starts a playbook",
        *("trigger_conditions", "fct_playbook_triggers"),
        restate_history=True,
    )
    after = query(warehouse, fired)
    paying = {row[3] >= 20_000 for row in before if row[0] == "at_risk"}
    assert paying == {True, False}, "the edit has nothing to tell apart"
    at_risk = [row for row in after if row[0] == "at_risk"]
    assert at_risk
    assert all(row[3] >= 20_000 for row in at_risk)
    others = [row for row in before if row[0] != "at_risk"]
    assert [row for row in after if row[0] != "at_risk"] == others


def test_customers_are_segmented_by_arr(built_demo, tmp_path):
    warehouse = rebuilt(
        built_demo,
        tmp_path,
        "Customers are segmented by ARR",
        *("segmentations", "int_policy__places"),
        *("int_spine__segment_spans", "int_spine__account_days"),
    )
    segments = """
        select distinct
            spine.segment,
            case
                when health.arr <= 10000 then 'up_to_10k'
                when health.arr <= 100000 then 'over_10k'
                else 'over_100k'
            end
        from intermediate.int_spine__account_days as spine
        inner join marts.account_health as health using (account_id, as_of_date)
        where health.arr is not null
    """
    found = query(warehouse, segments)
    assert len(found) > 1
    assert all(given == by_arr for given, by_arr in found)
    places = "select distinct segment from intermediate.int_policy__places"
    assert {"up_to_10k", "over_10k", "over_100k"} <= {row[0] for row in query(warehouse, places)}


def test_it_is_told_how_often_a_changed_trigger_would_have_fired(tried):
    fired = """
        select count(*), count(distinct account_id), count(*) filter (arr >= 20000),
            count(distinct account_id) filter (arr >= 20000)
        from marts.fct_playbook_triggers
        where trigger = 'at_risk' and as_of_date > (
            select max(as_of_date) - interval 365 days from marts.fct_health_scores
        )
    """
    ((times, customers, *_),) = query(tried.before, fired)
    assert times
    told = tried.said[tried.said.index("triggers     in the last 365 days") :]
    assert f"({times} for {customers})\n" in told
    assert told.count(": fires ") == 1
    assert re.search(r"  at_risk: fires (\d+) times for (\d+) customers", told)


def test_a_decision_is_noted_and_held_against_what_came_of_it(tried):
    (noted,) = tried.noted
    assert (noted["decided_by"], noted["reason"]) == ("ann", "a first try")
    versions = """
        select policy_version, decided_by, expected_flagged_share, expected_recall
        from marts.fct_policy_versions order by first_date
    """
    older, newer = query(tried.after, versions)
    assert older[1] is None
    assert newer[0] == noted["policy_version"]
    assert newer[1] == "ann"
    assert newer[2] == float(noted["flagged_share_after"])
    assert newer[3] == (float(noted["recall_after"]) if noted["recall_after"] else None)


def test_changes_are_told_in_words_and_once(tried):
    assert "scorecard_weights.csv: expert_default, usage: weight 30 → 40" in tried.said
    assert "bands.csv: new row ours, default, watch (lower_bound 40, upper_bound 70" in tried.said
    assert "d3 (challenger): is new, and scores" in tried.said
    state = Warehouse(tried.project.parent / "scores.duckdb").publications()[0].state
    assert changed_rows(tried.project / "seeds", state) == []


def test_a_row_that_is_gone_is_told(tried, tmp_path):
    seeds = shutil.copytree(tried.project / "seeds", tmp_path / "seeds")
    path = seeds / "policy/exchange_rates.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("EUR,1.08", "EUR,1.080"))
    path = seeds / "policy/trigger_conditions.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("reached_80,")]
    path.write_text("\n".join(kept) + "\n")
    state = Warehouse(tried.project.parent / "scores.duckdb").publications()[0].state
    assert changed_rows(seeds, state) == [
        "trigger_conditions.csv: row reached_80, health_score, at_least is gone"
    ]


def test_long_ids_and_numbers_with_leading_zeros_are_told_apart(tmp_path):
    rows = ["support,360012345678,001A,", "support,360012345999,1A,"]
    for name, written in {"before": rows[:1], "after": rows}.items():
        seeds = shutil.copytree(PROJECT / "seeds", tmp_path / name)
        with (seeds / "policy/account_matches.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in written)
    assert changed_rows(tmp_path / "after", tmp_path / "before") == [
        "account_matches.csv: new row support, 360012345999 (account_id 1A)"
    ]


def test_a_decision_of_the_same_day_and_version_is_noted_once(tmp_path):
    path = tmp_path / "policy_changes.csv"
    path.write_text(",".join(PolicyChange.model_fields) + "\n")
    decision = {"policy_version": "v", "decided_on": "2026-01-01", "decided_by": "ann"}
    note(path, {**decision, "reason": "one, and another"})
    note(path, {**decision, "reason": "better"})
    note(path, {**decision, "policy_version": "w", "reason": "other"})
    with path.open(encoding="utf-8") as file:
        assert [row["reason"] for row in csv.DictReader(file)] == ["better", "other"]


def test_a_scorecard_that_was_never_scored_may_not_take_over(tried, monkeypatch):
    base = Warehouse(tried.project.parent / "scores.duckdb").publications()[1]
    going_on = Plan(Publication(base.folder), INCREMENTAL)

    def produce(scorecard: str) -> None:
        monkeypatch.setattr(plan, "committed", lambda *_: {scorecard: "production"})

    produce("d2")
    with pytest.raises(
        Refusal, match="d2 is to take over from correlation, and 0 days .* SWITCH=1"
    ):
        refuse_an_untried_scorecard(going_on)
    for scorecard in ("expert_default", "correlation"):
        produce(scorecard)
        refuse_an_untried_scorecard(going_on)


def year_of(said: str) -> list[list[str]]:
    """The table of the last year, without its heading: the figure, before, after."""
    lines = said[said.index("last year") :].splitlines()
    return [re.split(r"  +", line.strip()) for line in lines[2:7]]


def test_two_versions_are_compared_on_the_same_history(tried):
    file = tried.project.parent / "scores.duckdb"
    done = try_policy(tried.project, file, "--against", str(PROJECT / "seeds"))
    assert done.returncode == 0, done.stdout + done.stderr
    # the edit was tried against the version that it is compared with now
    assert len(year_of(tried.said)) == 5
    assert year_of(done.stdout) == year_of(tried.said)
    told = "scorecard_weights.csv: expert_default, usage: weight 30 → 40"
    assert told in done.stdout
    assert "d3 (challenger): is new, and scores" in done.stdout
    trial_folder = Warehouse(file).trial_folder
    assert not (trial_folder / "other").exists()
    assert {path.suffix for path in trial_folder.glob("*.*")} == {".csv"}


def test_another_version_that_is_none_is_refused(tried, tmp_path):
    file = tried.project.parent / "scores.duckdb"
    done = try_policy(tried.project, file, "--against", "no-such-version")
    assert done.returncode == 2
    assert "there is no such folder, nor such a revision in git" in done.stderr
    (tmp_path / "prices.csv").write_text("a\n")
    done = try_policy(tried.project, file, "--against", str(tmp_path))
    assert done.returncode == 2
    assert "prices.csv is no file of seeds/" in done.stderr
    (tmp_path / "prices.csv").rename(tmp_path / "tiers.csv")
    done = try_policy(tried.project, file, "--against", str(tmp_path))
    assert done.returncode == 1
    assert f"AGAINST={tmp_path} cannot be used by this release:" in done.stderr
    done = try_policy(tried.project, file, "--against", str(tried.project / "seeds"))
    assert done.returncode == 0
    assert "none since" in done.stdout
    done = try_policy(tried.project, file, "--against", "x", "--reason", "y")
    assert done.returncode == 2
    assert "leave CHECK=1 and REASON=... out" in done.stderr


def test_the_seeds_of_a_revision_are_read(tmp_path, monkeypatch):
    project = copy_project(tmp_path / "project")
    monkeypatch.setattr(versions, "PROJECT", project)
    monkeypatch.setattr(versions, "SEEDS", project / "seeds")
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "seeds"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], check=True)
    make_edits(project, "Usage counts 40 %")
    seeds = versions.other_seeds("HEAD", tmp_path / "seeds")
    assert changed_rows(project / "seeds", seeds) == [
        "scorecard_weights.csv: expert_default, usage: weight 30 → 40",
        "scorecard_weights.csv: expert_default, engagement: weight 18 → 8",
    ]


def test_a_version_loses_nothing_that_it_has(tmp_path):
    seeds = versions.other_seeds(str(versions.SEEDS), tmp_path / "seeds")
    assert versions.completed(seeds) == []
    assert changed_rows(versions.SEEDS, seeds) == []


def test_what_came_after_a_version_is_taken_from_this_one(tmp_path):
    seeds = shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    lacking = {
        "policy/thresholds.csv": r"(?m)^renewal_window_days,.*\n",
        "policy/metrics.csv": r"(?m)^(stickiness_dau_mau_28d|orders_28d),.*\n",
        "policy/metric_curves.csv": r"(?m)^stickiness_dau_mau_28d,.*\n",
        "vocabulary/vocabularies.csv": r"(?m)^survey_type,.*\n",
    }
    for file, row in lacking.items():
        text = (seeds / file).read_text(encoding="utf-8")
        assert re.search(row, text)
        (seeds / file).write_text(re.sub(row, "", text), encoding="utf-8")
    # a column and a scorecard more since then, and a price that was another
    scorecards = seeds / "policy/scorecards.csv"
    with scorecards.open(encoding="utf-8", newline="") as file:
        rows = [
            {k: v for k, v in row.items() if k != "band_limits"}
            for row in csv.DictReader(file)
            if row["scorecard"] != "rag"
        ]
    with scorecards.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    rates = seeds / "policy/exchange_rates.csv"
    rates.write_text(rates.read_text(encoding="utf-8").replace("EUR,1.08", "EUR,1.2"))
    assert seed_problems(seeds)[0]
    assert versions.completed(seeds) == [
        "metrics.csv: stickiness_dau_mau_28d, orders_28d",
        "scorecards.csv: band_limits",
        "thresholds.csv: renewal_window_days",
        "vocabularies.csv: survey_type",
    ]
    assert seed_problems(seeds)[0] == []
    changes = changed_rows(PROJECT / "seeds", seeds)
    assert [row for row in changes if row.startswith(("exchange", "metrics", "thresholds"))] == [
        "exchange_rates.csv: EUR: rate 1.2 → 1.08",
        "metrics.csv: stickiness_dau_mau_28d: weight 0 → 13",
    ]
    assert any(row.startswith("scoring_rules.csv: new row rag, ") for row in changes)


def test_what_is_wrong_with_a_revision_is_not_to_be_mended_in_seeds():
    error = "seeds/policy/tiers.csv, row 1: the column 'tier' is missing. Fix: add it."
    said = cannot_be_used("HEAD~3", [error])
    assert "- policy/tiers.csv, row 1: the column 'tier' is missing.\n" in said
    assert "add it" not in said
    assert "seeds/policy" not in said
    assert said.endswith("compare with AGAINST=folder.")


def file_of_outcomes(path: Path, dates: list[str]) -> Path:
    """A file as a build leaves it, with one account that was flagged and left on each date."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_health_scores as select unnest($1)::date as as_of_date,"
            " 'a' as account_id, 'production' as scorecard_role, true as is_flagged, 'red' as band",
            [dates],
        )
        connection.execute(
            "create table marts.fct_outcomes as select as_of_date, account_id, 90 as horizon_days,"
            " true as is_churned, 1 as arr from marts.fct_health_scores"
        )
    return path


def test_years_are_compared_over_the_dates_that_both_have(tmp_path):
    before = file_of_outcomes(tmp_path / "b.duckdb", ["2025-01-31", "2025-02-28", "2025-03-31"])
    after = file_of_outcomes(tmp_path / "a.duckdb", ["2025-02-28", "2025-03-31", "2026-03-31"])
    with Comparison(before, after) as compared:
        years = {
            (str(year.first), str(year.last)) for year in map(compared.year, ("before", "after"))
        }
    assert years == {("2025-02-28", "2025-03-31")}


def test_a_year_is_twelve_month_ends(tmp_path):
    # Sundays, as weekly histories have them: the first and the last are 364 days apart
    ends = [date(2025, month, 1) for month in range(4, 13)]
    ends += [date(2026, month, 1) for month in range(1, 5)]
    sundays = [str(end - timedelta(end.isoweekday() % 7 or 7)) for end in ends]
    files = [file_of_outcomes(tmp_path / f"{name}.duckdb", sundays) for name in "ab"]
    with Comparison(*files) as compared:
        year = compared.year("after")
    assert (str(year.first), str(year.last)) == (sundays[1], sundays[12])


def test_scores_of_two_scorecards_are_not_compared(tried, capsys):
    file = tried.project.parent / "scores.duckdb"
    days = """
        select distinct as_of_date from marts.fct_health_scores
        where scorecard_role = 'production' and scorecard = '{scorecard}'
        order by as_of_date desc limit 1
    """
    (then,), (now,) = (
        query(file, days.format(scorecard=name))[0] for name in ("correlation", "expert_default")
    )
    assert explain(["--warehouse", str(file), "--from", str(then), "--to", str(now)]) == 2
    assert f"correlation was in production on {then}, and expert_default on {now}" in (
        capsys.readouterr().err
    )


def test_an_error_is_told_before_anything_is_tried(tmp_path):
    project = copy_project(tmp_path / "project")
    path = project / "seeds/policy/tiers.csv"
    path.write_text(path.read_text().replace("tier,", "teer,", 1))
    done = try_policy(project, tmp_path / "w.duckdb")
    assert done.returncode == 1
    assert "The policy cannot be used. Fix first:\n- seeds/policy/tiers.csv, row 1:" in done.stderr
    assert not (tmp_path / "w.builds").exists()
