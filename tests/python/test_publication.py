"""Readers see whole publications only, whatever happens to a build.

Most tests publish small files made by hand; those that run dbt say so. KILLS=20 kills that many
real builds instead of three, each within KILL_WITHIN seconds of its start (default 8).
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from project import PROJECT, differences, query

from customer_health import build, export, publications
from customer_health.build import Record, publish
from customer_health.marts import is_readable_everywhere
from customer_health.plan import (
    FROM_NOTHING,
    FULL_REFRESH,
    INCREMENTAL,
    RESTATED,
    Plan,
    copy_state,
    is_unchanged,
    planned,
    refuse_the_past,
)
from customer_health.progress import Progress
from customer_health.publication import PAGES_MARK, Publication, Refusal, Warehouse

KILLS = int(os.environ.get("KILLS", "3"))
KILL_WITHIN = float(os.environ.get("KILL_WITHIN", "8"))
RAW = Path("raw")
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(
        map(str, (PROJECT / "python", PROJECT, PROJECT / "tests/python"))
    ),
}

# Opens the published file again and again until told to stop; prints how often, and what was wrong.
READER = """
import duckdb, json, pathlib, sys, time
file, stop = sys.argv[1], pathlib.Path(sys.argv[2])
reads, wrong = 0, []
while not stop.exists():
    reads += 1
    try:
        with duckdb.connect(file, read_only=True) as connection:
            manifest = connection.execute("select manifest from marts.publication").fetchone()[0]
            for name, n_rows in json.loads(manifest)["row_counts"].items():
                found = connection.execute(f"select count(*) from marts.{name}").fetchone()[0]
                if found != n_rows:
                    wrong.append(f"{name}: {found} rows, {n_rows} published")
    except Exception as problem:
        wrong.append(str(problem))
    time.sleep(0.05)
print(json.dumps([reads, wrong[:5]]))
"""

# Reads every table of the published file, all columns of it, with the DuckDB of a folder.
OLD_READER = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb
connection = duckdb.connect(sys.argv[2], read_only=True)
tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
read = {name: connection.execute(f"select * from marts.{name}").fetchall() for name, _ in tables}
rows = {name: len(found) for name, found in read.items()}
without_comment = [name for name, comment in tables if not comment]
print(json.dumps([duckdb.__version__, rows, without_comment]))
"""
# The oldest that is promised, and those after which the storage format changed.
OLD_CLIENTS = ("1.0.0", "1.1.3", "1.2.2")

# Publishes day after day, each time in a child that dies at the next thing it does to files.
DIE_EVERYWHERE = """
import os, signal, sys
from pathlib import Path
from test_publication import check_pages, check_settled, publish_day
from customer_health.publication import Warehouse
warehouse = Warehouse(Path(sys.argv[1]))
folder = warehouse.file.parent

def in_child(work, die_at=0):
    if (child := os.fork()):
        return os.waitpid(child, 0)[1]
    events = 0
    def count(event, arguments):
        nonlocal events
        writes = event != "open" or str(arguments[1])[0] in "wa"
        if event in FILE_EVENTS and writes and str(arguments[0]).startswith(str(folder)):
            events += 1
            if events == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    try:
        work()
    except BaseException as problem:
        print(problem, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)

FILE_EVENTS = ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")
die_at = 1
while end := in_child(lambda: publish_day(warehouse, 10 + die_at, 9), die_at):
    if end != signal.SIGKILL or in_child(
        lambda: (check_pages(warehouse, may_lack=True), check_settled(warehouse))
    ):
        sys.exit(f"wrong after death at event {die_at}")
    die_at += 1
print(die_at - 1)
"""


def make_state(path: Path, days: int, window: int | None, columns: str = "") -> None:
    """Write what dbt could have built: ten accounts, scored on each of so many days."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"""
            create schema marts;
            create schema intermediate;
            create schema staging;
            create table staging.people as select 'Ada' as name;
            create table marts.fct_health_scores as
            select
                'production' as scorecard_role,
                'acc-' || account as account_id,
                date '2026-01-01' + cast(day as integer) as as_of_date,
                account + day as health_score,
                {columns}
                'p1' as policy_version,
                'w1' as weights_version
            from range(10) as accounts(account)
            cross join range({days}) as days(day);
            create table marts.account_health as
            from marts.fct_health_scores where as_of_date = date '2026-01-01' + {days - 1};
            create table staging.stg_calendar__clock as
            select
                date '2026-01-01' + {days - 1} as as_of_date,
                date '2026-01-01' + {"null" if window is None else window} as window_start_date;
            create table intermediate.int_monitoring__freshness as
            from (values ('crm', 'ok'), ('survey', 'warn')) as sources(source_name, status);
            """
        )


def write_target(target: Path) -> None:
    """Write what dbt would have said of that state."""
    target.mkdir(exist_ok=True)
    nodes = {
        f"model.customer_health.{name}": {
            "resource_type": "model",
            "schema": "marts",
            "alias": name,
            "config": {"materialized": materialized},
            "description": f"What {name} means.",
            "columns": {"account_id": {"description": "The account's id."}},
        }
        for name, materialized in (
            ("fct_health_scores", "incremental"),
            ("account_health", "table"),
        )
    }
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    result = {"unique_id": "test.customer_health.keys", "status": "pass", "execution_time": 0.1}
    (target / "run_results.json").write_text(json.dumps({"results": [result]}))


def publish_day(
    warehouse: Warehouse,
    days: int,
    window: int | None = None,
    change: str = "",
    columns: str = "",
    draw: Callable[[Publication, Publication | None], None] | None = None,
) -> Publication:
    """Publish so many days of history, having changed the state by some SQL."""
    with warehouse.locked():
        current = warehouse.current()
        plan = Plan(current, INCREMENTAL) if current else Plan(None, FROM_NOTHING)
        warehouse.building.mkdir()
        make_state(warehouse.scratch.state, days, window, columns)
        if change:
            with duckdb.connect(str(warehouse.scratch.state)) as connection:
                connection.execute(change)
        write_target(warehouse.target)
        previous = current.id if current else None
        publish(warehouse, plan, previous, RAW, "inputs", Progress(), Record(), draw or draw_id)
        warehouse.prune(3)
        return warehouse.current()


def draw_id(made: Publication, former: Publication | None) -> None:
    """Draw a page that says which publication it is of."""
    (made.pages / PAGES_MARK).parent.mkdir(parents=True)
    (made.pages / PAGES_MARK).touch()
    (made.pages / "index.html").write_text(made.manifest["publication_id"])


def check_pages(warehouse: Warehouse, may_lack: bool = False) -> None:
    """Pages are of the publication that readers see; or (`may_lack`) there are none."""
    if may_lack and not warehouse.pages.exists():
        return
    ((seen,),) = query(warehouse.file, "select publication_id from marts.publication")
    assert seen in (warehouse.pages / "index.html").read_text()
    assert (warehouse.pages / PAGES_MARK).is_file()


def check_settled(warehouse: Warehouse) -> None:
    """Whatever was killed: readers see a whole publication, with its state and its manifest."""
    with warehouse.locked():
        current = warehouse.current()
        assert current is not None
        assert json.loads(warehouse.manifest_file.read_text()) == current.manifest
        assert query(warehouse.file, "select publication_id from marts.publication") == [
            (current.id,)
        ]
        counts = current.manifest["row_counts"]
        counted = " union all ".join(f'select count(*) from "marts".{name}' for name in counts)
        for file in (warehouse.file, current.state):
            assert query(file, counted) == [(n_rows,) for n_rows in counts.values()]
    check_pages(warehouse)
    assert not warehouse.building.exists()


@contextmanager
def reading(warehouse: Warehouse, stop: Path) -> Iterator[None]:
    """Have another process read the published file all the while, and see it whole each time."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, warehouse.file, stop], stdout=subprocess.PIPE
    )
    try:
        yield
    finally:
        stop.touch()
        reads, wrong = json.loads(reader.communicate()[0])
    print(f"{reads} reads")
    assert wrong == []
    assert reads > 0


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Mount a disk of so many bytes."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def old_client(version: str) -> Path:
    """A folder with that DuckDB, fetched once; skips the test where it cannot be had."""
    folder = PROJECT / "target" / "old_clients" / version
    if not folder.is_dir():
        fresh = folder.with_name(f"{version}.{os.getpid()}")
        command = f"-m pip install --quiet --no-deps --only-binary :all: duckdb=={version} --target"
        fetched = subprocess.run(
            [sys.executable, *command.split(), fresh], capture_output=True, encoding="utf-8"
        )
        if fetched.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            said = (fetched.stderr.strip() or "pip failed").splitlines()[-1]
            pytest.skip(f"DuckDB {version} cannot be had here: {said}")
        fresh.rename(folder)
    return folder


def read_by(version: str, file: Path) -> tuple[dict[str, int], list[str]]:
    """What an old client reads: rows of each mart, and marts that lack their description."""
    done = subprocess.run(
        [sys.executable, "-c", OLD_READER, old_client(version), file],
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    read_with, rows, without_comment = json.loads(done.stdout)
    assert read_with == version
    return rows, without_comment


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    """A warehouse of which nothing is published yet."""
    return Warehouse(tmp_path / "scores.duckdb")


def test_only_marts_are_published_with_their_descriptions_and_the_manifest(warehouse):
    published = publish_day(warehouse, 5)
    check_settled(warehouse)
    assert query(warehouse.file, "select distinct table_schema from information_schema.tables") == [
        ("marts",)
    ]
    assert (
        query(
            warehouse.file,
            "select comment from duckdb_columns() where column_name = 'account_id'",
        )
        == [("The account's id.",)] * 2
    )
    ((as_of_date, text),) = query(
        warehouse.file, "select cast(as_of_date as varchar), manifest from marts.publication"
    )
    manifest = json.loads(text)
    assert manifest == published.manifest
    assert as_of_date == manifest["as_of_date"] == "2026-01-05"
    assert manifest["row_counts"] == {"fct_health_scores": 50, "account_health": 10}
    assert (manifest["policy_version"], manifest["weights_version"]) == ("p1", "w1")
    assert manifest["stale_sources"] == [{"source_name": "survey", "status": "warn"}]
    assert manifest["tests"] == {"pass": 1}
    assert manifest["kind"] == FROM_NOTHING


def test_a_window_publication_equals_a_whole_copy_and_leaves_the_rest_alone(warehouse, tmp_path):
    publish_day(warehouse, 20)
    late = "update marts.fct_health_scores set health_score = -1 where as_of_date >= '2026-01-19'"
    publish_day(warehouse, 22, window=18, change=late)
    check_settled(warehouse)
    make_state(tmp_path / "whole.duckdb", 22, 18)
    with duckdb.connect(str(tmp_path / "whole.duckdb")) as connection:
        connection.execute(late)
    everything = "select * from marts.fct_health_scores"
    assert differences(warehouse.file, tmp_path / "whole.duckdb", everything) == []

    # a change before the window is not looked at: the cost is that of the window
    publish_day(
        warehouse, 23, window=20, change="update marts.fct_health_scores set health_score = 7"
    )
    assert query(
        warehouse.file,
        "select max(as_of_date) < '2026-01-21' from marts.fct_health_scores"
        " where health_score <> 7",
    ) == [(True,)]


def test_pages_that_cannot_be_drawn_hold_no_scores_back(warehouse, capsys):
    publish_day(warehouse, 5)
    # these marts lack what pages are made of
    second = publish_day(warehouse, 6, draw=build.draw_pages)
    assert query(warehouse.file, "select publication_id from marts.publication") == [(second.id,)]
    assert not warehouse.pages.exists() and not warehouse.pages.is_symlink()
    assert "not drawn: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("window", "columns"), [(None, ""), (20, "1 as new_column,")], ids=["no window", "new column"]
)
def test_without_a_window_or_with_other_columns_all_is_copied(warehouse, columns, window):
    publish_day(warehouse, 20)
    change = "update marts.fct_health_scores set health_score = 7"
    publish_day(warehouse, 22, window=window, change=change, columns=columns)
    seven = "select count(*) from marts.fct_health_scores where health_score = 7"
    assert query(warehouse.file, seven) == [(220,)]


def test_what_a_reader_wrote_into_the_published_file_is_not_carried_on(warehouse):
    publish_day(warehouse, 20)
    with duckdb.connect(str(warehouse.file)) as connection:
        connection.execute("update marts.fct_health_scores set health_score = -5")
    publish_day(warehouse, 21, window=19)
    assert query(
        warehouse.file, "select count(*) from marts.fct_health_scores where health_score = -5"
    ) == [(0,)]


def test_a_half_written_log_of_a_reader_does_not_keep_others_out(warehouse):
    publish_day(warehouse, 5)
    write = f"""
import duckdb, os
connection = duckdb.connect("{warehouse.file}")
connection.execute("insert into marts.account_health from marts.account_health")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", write], check=True)
    assert warehouse.file.with_name("scores.duckdb.wal").exists()
    publish_day(warehouse, 6)
    check_settled(warehouse)


def test_rows_lost_before_the_window_stop_the_publication(warehouse):
    published = publish_day(warehouse, 20)
    with pytest.raises(RuntimeError, match="fct_health_scores: 200 rows were built, but 210"):
        publish_day(
            warehouse, 21, window=19,
            change="delete from marts.fct_health_scores where as_of_date = '2026-01-02'",
        )  # fmt: skip
    assert warehouse.current() == published
    check_settled(warehouse)


@pytest.mark.parametrize("version", OLD_CLIENTS)
def test_old_clients_read_what_was_written_whole_and_by_window(warehouse, version):
    publish_day(warehouse, 20)
    late = "update marts.fct_health_scores set health_score = -1 where as_of_date >= '2026-01-19'"
    published = publish_day(warehouse, 22, window=18, change=late)
    read = read_by(version, warehouse.file)
    assert read == ({**published.manifest["row_counts"], "publication": 1}, [])


def test_a_file_of_a_newer_storage_version_is_written_again(warehouse):
    published = publish_day(warehouse, 20)
    # as releases before this one published
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published.published}' as old (read_only)")
        connection.execute(f"attach '{warehouse.folder / 'newer'}' as newer")
        connection.execute("copy from database old to newer")
    (warehouse.folder / "newer").replace(published.published)
    assert not is_readable_everywhere(published.published)
    warehouse.file.unlink()
    os.link(published.published, warehouse.file)
    published.seal("inputs", published.manifest)
    publish_day(warehouse, 21, window=20)
    assert is_readable_everywhere(warehouse.file)
    assert query(warehouse.file, "select count(*) from marts.fct_health_scores") == [(210,)]


DAMAGES = {
    "empty": "",
    "truncated": '{"publication_id": "2026',
    "not JSON": "\x00\x00",
    "a list": "[]",
    "a text": '"manifest"',
    "another shape": '{"publication_id": 1, "row_counts": []}',
    "half of it": '{"publication_id": "20260101-000000-000"}',
    "missing": None,
}


def damage(path: Path, content: str | None) -> None:
    """Leave a file with other content, or none."""
    if content is None:
        path.unlink()
    else:
        path.write_text(content)


@pytest.fixture(scope="module")
def two_days(tmp_path_factory) -> Path:
    """A folder with two publications, for tests to copy."""
    warehouse = Warehouse(tmp_path_factory.mktemp("two_days") / "scores.duckdb")
    publish_day(warehouse, 19)
    publish_day(warehouse, 20, window=19)
    return warehouse.file.parent


@pytest.fixture
def twice_published(two_days, tmp_path) -> Warehouse:
    """A warehouse with two publications of its own."""
    warehouse = Warehouse(shutil.copytree(two_days, tmp_path / "copy") / "scores.duckdb")
    warehouse.file.unlink()
    os.link(warehouse.publications()[0].published, warehouse.file)
    return warehouse


FILES = ("manifest.json", "inputs.json", "scores.manifest.json")


@pytest.mark.parametrize(
    ("names", "content"),
    [(FILES, content) for content in DAMAGES.values()] + [([name], "") for name in FILES],
    ids=[*DAMAGES, *(f"only {name}" for name in FILES)],
)
def test_a_damaged_manifest_changes_nothing(twice_published, capsys, names, content):
    warehouse = twice_published
    second, first = warehouse.publications()
    account = second.manifest
    for folder in (first.folder, second.folder, warehouse.file.parent):
        for name in names:
            if (folder / name).exists():
                damage(folder / name, content)
    for command in (["list"], ["rollback"], ["rollback", "--to", second.id], ["list"]):
        assert publications.main(["--warehouse", str(warehouse.file), *command]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[-3].split() == ["*", second.id, "2026-01-20", "210", INCREMENTAL]
    assert listed[-2].split() == [first.id, "2026-01-19", "200", *FROM_NOTHING.split()]
    check_settled(warehouse)
    assert second.manifest == account

    asked = Namespace(full_refresh=False, restate=False)
    assert planned(warehouse, warehouse.current(), asked, RAW) == Plan(second, INCREMENTAL)
    third = publish_day(warehouse, 21, window=20)
    check_settled(warehouse)
    assert third.manifest["previous"] == second.id
    history = "select * from marts.fct_health_scores where as_of_date < '2026-01-20'"
    assert differences(warehouse.file, second.published, history) == []


def test_a_manifest_that_is_lost_everywhere_costs_a_full_refresh_and_no_history(twice_published):
    warehouse, current = twice_published, twice_published.current()
    with duckdb.connect(str(current.published)) as connection:
        connection.execute("drop table marts.publication")
    for path in (current.folder / "manifest.json", warehouse.manifest_file):
        path.write_text("")
    with warehouse.locked():
        assert warehouse.current() == current
    asked = Namespace(full_refresh=False, restate=False)
    plan = planned(warehouse, current, asked, RAW)
    lost = f"the manifest of publication {current.id} is lost"
    assert plan == Plan(current, FULL_REFRESH, lost)
    with pytest.raises(Refusal, match="as of 2026-01-20, and 2026-01-04"):
        refuse_the_past(warehouse, plan, "2026-01-04")
    publish_day(warehouse, 21, window=21)
    check_settled(warehouse)


def test_what_nobody_knows_the_publication_of_is_not_built_over(twice_published):
    warehouse, newest = twice_published, twice_published.current()
    warehouse.file.unlink()
    asked = Namespace(full_refresh=False, restate=False)
    with pytest.raises(Refusal, match=f"lose their snapshots. Fix: `make rollback TO={newest.id}`"):
        planned(warehouse, warehouse.current(), asked, RAW)
    assert publications.main(["--warehouse", str(warehouse.file), "list"]) == 0
    with warehouse.locked():
        warehouse.roll_back(newest.id)
    check_settled(warehouse)
    assert planned(warehouse, warehouse.current(), asked, RAW) == Plan(newest, INCREMENTAL)


@pytest.mark.parametrize("command", ["list", "rollback"])
def test_a_warehouse_that_is_not_there_is_said_so(tmp_path, capsys, command):
    assert publications.main(["--warehouse", str(tmp_path / "x.duckdb"), command]) == 2
    assert "x.duckdb: has no publications. Fix" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# Reads every file of an export with the DuckDB of a folder.
OLD_PARQUET_READER = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
import duckdb
files = pathlib.Path(sys.argv[2]).glob("*.parquet")
print(json.dumps({f.stem: len(duckdb.sql(f"select * from '{f}'").fetchall()) for f in files}))
"""


def check_export(folder: Path, made: Publication) -> None:
    """An export is all of one publication, and nothing else."""
    assert json.loads((folder / "publication.json").read_text()) == made.manifest
    expected = {**made.manifest["row_counts"], "publication": 1}
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["publication.json", *(f"{name}.parquet" for name in expected)]
    )
    for name, n_rows in expected.items():
        footer = pq.read_metadata(folder / f"{name}.parquet")
        assert footer.num_rows == n_rows == pq.read_table(folder / f"{name}.parquet").num_rows
        assert footer.metadata[b"publication_id"] == made.id.encode()


@pytest.mark.parametrize("can_exchange", [True, False])
def test_an_export_takes_the_place_of_the_one_before_whole(
    twice_published, tmp_path, monkeypatch, can_exchange
):
    if not can_exchange:
        monkeypatch.setattr(export, "_exchanged", lambda first, second: False)
    warehouse, folder = twice_published, tmp_path / "an 'odd' folder"
    command = ["--warehouse", str(warehouse.file), "--to", str(folder)]
    assert export.main(command) == 0
    newest, first = warehouse.publications()
    check_export(folder, newest)
    (tmp_path / ".an 'odd' folder.new").mkdir()  # a killed export leaves this
    with warehouse.locked():
        warehouse.roll_back(first.id)
    assert export.main(command) == 0
    check_export(folder, first)

    def stop(*names: Path) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(export, "_swap", stop)
    with warehouse.locked():
        warehouse.roll_back(newest.id)
    assert export.main(command) == 2
    check_export(folder, first)
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, "copy"]


def test_an_export_replaces_nothing_that_no_export_wrote(twice_published, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.parquet").write_text("mine")
    shutil.copytree(tmp_path / "folder", tmp_path / "mixed")
    for name in ("publication.json", "notes.txt"):
        (tmp_path / "mixed" / name).write_text("{}")
    for name, said in (
        ("file", "file: is a file. Fix: "),
        ("folder", "folder: holds mine.parquet, which no export wrote"),
        ("mixed", "mixed: holds mine.parquet, which no export wrote"),
    ):
        before = sorted(tmp_path.rglob("*"))
        to = str(tmp_path / name)
        assert export.main(["--warehouse", str(twice_published.file), "--to", to]) == 2
        assert said in capsys.readouterr().err
        assert build.main(["--warehouse", str(twice_published.file), "--export", to]) == 2
        assert said in capsys.readouterr().err
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", [None, "create table main.mine as select 1 as x", "no file"])
def test_what_cannot_be_exported_is_said_so(warehouse, tmp_path, capsys, content):
    if content == "no file":
        warehouse.file.write_text(content)
    elif content:
        with duckdb.connect(str(warehouse.file)) as connection:
            connection.execute(content)
    to = tmp_path / "out"
    assert export.main(["--warehouse", str(warehouse.file), "--to", str(to)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{warehouse}: ")
    assert "Fix: " in said
    assert not to.exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--raw-path", "nowhere", "nowhere: there is no such folder of raw data. Fix: "),
        ("--raw-path", "file", "file: this is a file, not a folder. Fix: name the folder"),
        ("--as-of-date", "2026-02-30", "AS_OF_DATE=2026-02-30: is no day. Fix: "),
        ("--as-of-date", "30.06.2026", "AS_OF_DATE=30.06.2026: is no day. Fix: "),
        ("--export", "file", "file: is a file. Fix: name a folder"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(
    warehouse, tmp_path, capsys, option, value, said
):
    (tmp_path / "file").write_text("")
    given = value if option == "--as-of-date" else str(tmp_path / value)
    assert build.main(["--warehouse", str(warehouse.file), option, given]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_path_that_dbt_would_cut_short_is_refused(tmp_path, capsys):
    assert build.main(["--warehouse", str(tmp_path / "what?.duckdb")]) == 2
    assert "a path with '?' or '#' cannot be built into. Fix: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["build", "RAW_PATH=/no where"], "/no where: there is no such folder of raw data. Fix: "),
        (["build", "RAW_PATH="], "RAW_PATH is empty. Fix: "),
        (["build", "WAREHOUSE=docs"], "docs: is a folder. Fix: "),
        (["freshness", "RAW_PATH=it's"], "it's: there is no such folder of raw data. Fix: "),
        (["example"], "Which mapping? Fix: "),
        (["example", "NAME=crm6"], "examples/crm6: there is no such folder of a mapping. Fix: "),
        (["example", "MAPPING=docs"], "DATA=: there is no such folder. Fix: "),
        (["example", "NAME=crm5", "EXAMPLES=/no"], "DATA=/no/crm5: there is no such folder. Fix: "),
    ],
)
def test_make_says_a_wrong_path_before_it_makes_an_environment(tmp_path, given, said):
    here = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NAME": "a computer's"}
    done = subprocess.run(
        ["make", *given, f"VENV={tmp_path / 'venv'}"],
        cwd=PROJECT, env=here, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_rollback_brings_marts_and_state_back_and_the_next_build_starts_there(warehouse):
    first, second, third = (publish_day(warehouse, days) for days in (5, 6, 7))
    with warehouse.locked():
        assert warehouse.roll_back(None) == second
    check_settled(warehouse)
    assert query(warehouse.file, "select count(*) from marts.fct_health_scores") == [(60,)]
    with warehouse.locked():
        assert warehouse.roll_back(third.id) == third
        assert warehouse.roll_back(first.id) == first
        with pytest.raises(Refusal, match="no publication came before.*Fix"):
            warehouse.roll_back(None)
        with pytest.raises(Refusal, match="publication x is not kept.*Fix"):
            warehouse.roll_back("x")
    fourth = publish_day(warehouse, 8)
    assert fourth.manifest["previous"] == first.id
    # those it came from are kept before those that were given up
    assert warehouse.publications() == [fourth, third, first]


def test_so_many_publications_are_kept(warehouse):
    made = [publish_day(warehouse, days) for days in range(5, 10)]
    assert warehouse.publications() == made[:1:-1]
    with warehouse.locked():
        warehouse.prune(1)
    assert warehouse.publications() == made[-1:]
    check_settled(warehouse)


def test_a_copy_of_the_folder_knows_its_publication_by_the_id_inside(warehouse, tmp_path):
    publish_day(warehouse, 5)
    published = publish_day(warehouse, 6)
    shutil.copytree(tmp_path, tmp_path / "copy")
    copy = Warehouse(tmp_path / "copy" / "scores.duckdb")
    assert copy.current().id == published.id
    publish_day(copy, 7, window=6)
    check_settled(copy)


def test_unchanged_means_same_inputs_and_an_untouched_file(warehouse):
    published = publish_day(warehouse, 5)
    assert is_unchanged(warehouse, published, "inputs")
    assert not is_unchanged(warehouse, published, "other inputs")
    with duckdb.connect(str(warehouse.file)) as connection:
        connection.execute("drop table marts.account_health")
    assert not is_unchanged(warehouse, published, "inputs")


def test_how_much_is_built_and_why(warehouse, tmp_path):
    asked = Namespace(full_refresh=False, restate=False)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "made_by").write_text("generator")
    raw = tmp_path / "demo" / "raw"
    assert planned(warehouse, None, asked, RAW) == Plan(None, FROM_NOTHING)
    current = publish_day(warehouse, 5)

    def plan(raw_path: Path = RAW, full: bool = False, restate: bool = False) -> tuple[str, str]:
        made = planned(warehouse, current, Namespace(full_refresh=full, restate=restate), raw_path)
        assert made.base in (current, None)
        return made.kind, made.reason

    def change_manifest(**changes) -> None:
        path = current.folder / "manifest.json"
        path.write_text(json.dumps({**current.manifest, **changes}))

    assert plan() == (INCREMENTAL, "")
    assert plan(full=True) == (FULL_REFRESH, "")
    assert plan(restate=True, full=True) == (RESTATED, "")
    assert plan(raw) == (RESTATED, "the last build read other raw data, in raw")
    change_manifest(code={**current.manifest["code"], "models": "x", "duckdb": "1.0"})
    assert plan() == (FULL_REFRESH, "changed since the last build: models, duckdb")
    change_manifest(raw_data={"path": str(raw), "made_by": "x"})
    assert plan(raw) == (FROM_NOTHING, "the raw data was generated again: another company")
    with pytest.raises(Refusal, match="as of 2026-01-05, and 2026-01-04 .* WAREHOUSE="):
        refuse_the_past(warehouse, Plan(current, INCREMENTAL), "2026-01-04")


def test_a_state_that_cannot_be_read_is_built_anew_with_a_word(warehouse):
    current = publish_day(warehouse, 5)
    current.state.write_text("no DuckDB file")
    warehouse.building.mkdir()
    plan = copy_state(warehouse, Plan(current, INCREMENTAL))
    assert (plan.base, plan.kind) == (None, FROM_NOTHING)
    assert f"state of publication {current.id} cannot be read" in plan.reason
    assert not warehouse.scratch.state.exists()


@pytest.mark.parametrize("content", ["no DuckDB file", "create table main.mine as select 1 as x"])
def test_a_file_that_no_build_made_is_not_replaced(warehouse, capsys, content):
    if content.startswith("create"):
        with duckdb.connect(str(warehouse.file)) as connection:
            connection.execute(content)
    else:
        warehouse.file.write_text(content)
    before = warehouse.file.read_bytes()
    assert build.main(["--warehouse", str(warehouse.file)]) == 2
    said = capsys.readouterr().err
    assert "Fix" in said
    assert "main.mine" in said or "cannot be opened" in said
    assert warehouse.file.read_bytes() == before


def test_wherever_a_publication_is_killed_readers_see_a_whole_one(warehouse, tmp_path):
    publish_day(warehouse, 10)
    with reading(warehouse, tmp_path / "stop"):
        done = subprocess.run(
            [sys.executable, "-c", DIE_EVERYWHERE, warehouse.file],
            env=ENVIRONMENT, capture_output=True, encoding="utf-8",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15, "it died at too few moments to show anything"
    check_settled(warehouse)


def test_a_full_disk_stops_the_publication_and_nothing_else(tmp_path):
    with small_disk(tmp_path / "disk", 12_000_000):
        warehouse = Warehouse(tmp_path / "disk" / "scores.duckdb")
        published = publish_day(warehouse, 5)
        free = shutil.disk_usage(tmp_path / "disk").free
        (tmp_path / "disk" / "filler").write_bytes(bytes(free - 1_600_000))
        with pytest.raises((OSError, duckdb.Error)) as caught:
            publish_day(warehouse, 6)
        assert build.is_disk_full(caught.value), caught.value
        check_settled(warehouse)
        assert warehouse.current() == published
        assert warehouse.publications() == [published]


def test_a_disk_that_became_read_only_is_said_so(tmp_path, capsys):
    disk = tmp_path / "disk"
    with small_disk(disk, 20_000_000):
        warehouse = Warehouse(disk / "scores.duckdb")
        publish_day(warehouse, 5)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert build.main(["--warehouse", str(warehouse.file)]) == 2
        assert "nothing can be written there" in capsys.readouterr().err
        assert query(warehouse.file, "select count(*) from marts.account_health") == [(10,)]


@pytest.fixture(scope="module")
def demo(built_demo, tmp_path_factory) -> Warehouse:
    """The demo that dbt built for all tests, published."""
    warehouse = Warehouse(tmp_path_factory.mktemp("published") / "demo.duckdb")
    with warehouse.locked():
        warehouse.building.mkdir()
        shutil.copy(built_demo.warehouse, warehouse.scratch.state)
        shutil.copytree(built_demo.warehouse.with_suffix(".target"), warehouse.target)
        publish(
            *(warehouse, Plan(None, FROM_NOTHING), None, built_demo.raw),
            *("inputs", Progress(), Record(), draw_id),
        )
    return warehouse


@pytest.mark.parametrize("version", OLD_CLIENTS)
def test_old_clients_read_every_mart_of_the_demo_and_of_its_export(demo, tmp_path, version):
    expected = {**demo.current().manifest["row_counts"], "publication": 1}
    assert len(expected) > 15
    assert read_by(version, demo.file) == (expected, [])
    export.export(demo, tmp_path / "export")
    check_export(tmp_path / "export", demo.current())
    command = [OLD_PARQUET_READER, old_client(version), tmp_path / "export"]
    done = subprocess.run([sys.executable, "-c", *command], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected


def start_build(warehouse: Warehouse, raw: Path, before: str = "pass") -> subprocess.Popen:
    """Start a real build in a process group of its own, after a line of Python."""
    run = (
        f"from customer_health import build, publication; {before}; raise SystemExit(build.main())"
    )
    return subprocess.Popen(
        [sys.executable, "-c", run, "--warehouse", warehouse.file, "--raw-path", raw],
        env=ENVIRONMENT, start_new_session=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_a_disk_that_fills_up_under_dbt_is_said_so(demo, built_demo, tmp_path):
    published = demo.current()
    room = 2 * published.state.stat().st_size + 2 * published.published.stat().st_size
    with small_disk(tmp_path / "disk", room + 12_000_000):
        copy = tmp_path / "disk" / "folder"
        shutil.copytree(demo.file.parent, copy, ignore=shutil.ignore_patterns("target", "logs"))
        warehouse = Warehouse(copy / demo.file.name)
        # what dbt parses into has its place too
        for place in (warehouse.target, warehouse.logs):
            (tmp_path / place.name).mkdir()
            place.symlink_to(tmp_path / place.name)
        free = shutil.disk_usage(copy).free - published.state.stat().st_size
        (copy / "filler").write_bytes(bytes(free - 2_000_000))
        process = start_build(warehouse, built_demo.raw, "publication.MIN_FREE_BYTES = -(10 ** 9)")
        said, _ = process.communicate()
        assert process.returncode == 1, said
        assert "the disk is full. Fix" in said
        assert "Nothing was published" in said
        check_settled(warehouse)


def test_killed_builds_harm_nobody_and_the_next_one_is_as_if_nothing_had_been(
    demo, built_demo, tmp_path
):
    with reading(demo, tmp_path / "stop"):
        for number in range(KILLS):
            process = start_build(demo, built_demo.raw)
            seconds = random.uniform(0.5, KILL_WITHIN)
            time.sleep(seconds)
            if number == 0 and process.poll() is None:
                second = start_build(demo, built_demo.raw)
                said, _ = second.communicate()
                assert second.returncode == 2, said
                assert f"process {process.pid}, begun at" in said
            # with the runner alone dead, its dbt must neither go on nor hold the lock
            kill = os.killpg if number % 2 else os.kill
            if process.poll() is None:
                kill(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            assert process.returncode in (0, -signal.SIGKILL), said
            print(f"{kill.__name__} after {seconds:.1f} s: {process.returncode}")
            check_settled(demo)
        process = start_build(demo, built_demo.raw)
        said, _ = process.communicate()
        assert process.returncode == 0, said
    check_settled(demo)
    for name in demo.current().manifest["row_counts"]:
        assert differences(demo.file, built_demo.warehouse, rounded(demo.file, name)) == []


def rounded(file: Path, mart: str) -> str:
    """A select of all columns of a mart, rounded where the order of a sum may show."""
    columns = query(
        file,
        f"""
        select column_name, data_type
        from information_schema.columns
        where table_schema = 'marts' and table_name = '{mart}'
        """,
    )
    picked = (f"round({name}, 6)" if kind == "DOUBLE" else name for name, kind in columns)
    return f"select {', '.join(picked)} from marts.{mart}"
