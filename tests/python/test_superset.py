"""The dashboard in Apache Superset shows what the marts say, also when a build publishes meanwhile.

`make superset_test` installs Superset and runs these; without Superset they are skipped. SUPERSET
names an environment that has it, if that is not `superset` in the project's own.
"""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from project import run

from bi.__main__ import ADDRESS, DASHBOARD, HOST, Superset
from customer_health.publication import Publication, Warehouse

ENVIRONMENT = Path(os.environ.get("SUPERSET", Path(sys.prefix, "superset"))).absolute()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_superset = pytest.mark.skipif(
    not (ENVIRONMENT / "superset.lock").exists(),
    reason="Superset is not installed: `make superset_test` installs it and runs this",
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
PATIENCE = 60_000  # milliseconds for all charts on a busy machine
MANIFEST = {
    "as_of_date": None,
    "kind": "full refresh",
    "previous": None,
    "row_counts": {},
    "code": {},
    "raw_data": {},
}
# By another way than the dashboard's own SQL takes.
FIGURES = """
    select
        count(*),
        sum(health.arr),
        sum(health.arr) filter (where scores.is_flagged),
        avg(health.health_score)
    from marts.account_health as health
    left join marts.fct_health_scores as scores
        on health.account_id = scores.account_id
        and health.as_of_date = scores.as_of_date
        and scores.scorecard_role = 'production'
    where health.customer_status = 'customer'
"""


@dataclass
class Dashboard:
    """A Superset over a published file, and a browser that has its dashboard open."""

    superset: Superset
    warehouse: Warehouse
    page: Page
    address: str
    elsewhere: list[str]

    def chart(self, name: str) -> Locator:
        """A chart by its title."""
        return self.page.locator(f'[data-test-chart-name="{name}"]')

    def figure(self, name: str) -> str:
        """The number of a chart that shows but one."""
        number = self.chart(name).locator(".header-line")
        expect(number).not_to_be_empty(timeout=PATIENCE)
        return number.inner_text()

    def rows(self, name: str) -> list[list[str]]:
        """What a table shows."""
        rows = self.chart(name).locator("tbody tr")
        expect(rows.first).to_be_visible(timeout=PATIENCE)
        return [
            [cell.strip() for cell in row.locator("td").all_inner_texts()] for row in rows.all()
        ]

    def marts(self, query: str) -> list[tuple]:
        """What a query on the published file gives."""
        with duckdb.connect(str(self.warehouse.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def check_figures(self) -> None:
        """Hold figures against the marts."""
        ((customers, arr, flagged_arr, score),) = self.marts(FIGURES)
        assert self.figure("Customers") == f"{customers:,}"
        assert self.figure("ARR") == f"{arr:,.0f}"
        assert self.figure("ARR at risk") == f"{flagged_arr:,.0f}"
        assert self.figure("Mean score") == f"{score:.1f}"


def publish(warehouse: Warehouse, name: str, source: Path, change: str = "select 1") -> None:
    """Publish a file as a build does, after a change to it."""
    with warehouse.locked():
        made = Publication(warehouse.folder / "publications" / name)
        made.folder.mkdir(parents=True)
        shutil.copyfile(source, made.published)
        with duckdb.connect(str(made.published)) as connection:
            connection.execute(change)
        made.seal("inputs", {"publication_id": name, **MANIFEST})
        warehouse.put_in_place(made)


@pytest.fixture(scope="module")
def dashboard(built_demo, tmp_path_factory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("superset")
    warehouse = Warehouse(folder / "published.duckdb")
    publish(warehouse, "20260101-000000-000", built_demo.warehouse)
    superset = Superset(ENVIRONMENT, folder / "home")
    superset.prepare()
    superset.load(warehouse.file)
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    address = f"http://{HOST}:{port}"
    with superset.running(port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 2600})
        elsewhere: list[str] = []
        page.on(
            "requestfinished",
            lambda sent: (
                None
                if sent.url.startswith((address, "data:", "blob:"))
                else elsewhere.append(sent.url)
            ),
        )
        # its record of clicks may answer after the login, with the cookie of before
        page.route("**/superset/log/**", lambda route: route.abort())
        page.goto(f"{address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", superset.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/**", timeout=PATIENCE)
        page.goto(f"{address}/{ADDRESS}")
        yield Dashboard(superset, warehouse, page, address, elsewhere)
        browser.close()


def test_superset_is_not_installed_for_a_file_that_is_missing():
    outcome = run("make", "superset", "WAREHOUSE=warehouse/none.duckdb")
    assert outcome.code != 0
    assert "warehouse/none.duckdb: there is no such file. Fix: run `make build`" in outcome.text


@needs_superset
@needs_chromium
def test_figures_of_the_dashboard_are_those_of_the_marts(dashboard):
    dashboard.check_figures()
    shown = dashboard.rows("Customers and ARR by band")
    expected = dashboard.marts(
        """
        select replace(band, '_', ' '), count(*), sum(arr)
        from marts.account_health where customer_status = 'customer' group by band
        """
    )
    assert {tuple(row[:3]) for row in shown} == {
        (band, f"{n:,}", f"{arr:,.0f}") for band, n, arr in expected
    }
    worklist = dashboard.marts(
        """
        select csm_owner_id, cast(place as varchar), account_name, reason
        from marts.csm_worklist order by csm_owner_id nulls last, place limit 20
        """
    )
    shown = dashboard.rows("Worklist by CSM")
    assert [tuple(row[:4]) for row in shown] == worklist
    assert dashboard.page.get_by_text("Unexpected error").count() == 0


@needs_superset
@needs_chromium
def test_a_build_publishes_while_superset_reads_and_superset_shows_it(dashboard):
    dashboard.check_figures()
    before = dashboard.figure("ARR")
    dashboard.page.reload(wait_until="commit")  # charts are being drawn
    publish(
        dashboard.warehouse,
        "20260102-000000-000",
        dashboard.warehouse.file,
        "update marts.account_health set arr = 2 * arr where customer_status = 'customer'",
    )
    dashboard.figure("ARR")
    dashboard.page.reload()
    dashboard.check_figures()
    assert dashboard.figure("ARR") != before


@needs_superset
@needs_chromium
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select current_setting('access_mode') as mode", '"mode": "read_only"'),
        ("drop table marts.account_health", "does not allow"),
        ("select * from read_text('/etc/hostname')", "disabled"),
    ],
)
def test_superset_can_neither_write_nor_read_other_files(dashboard, query, said):
    sent = dashboard.page.request
    token = sent.get(f"{dashboard.address}/api/v1/security/csrf_token/").json()["result"]
    answer = sent.post(
        f"{dashboard.address}/api/v1/sqllab/execute/",
        headers={"X-CSRFToken": token, "Referer": dashboard.address},
        data={"database_id": 1, "sql": query, "runAsync": False},
    )
    assert said in answer.text()


@needs_superset
@needs_chromium
def test_nothing_is_asked_of_other_machines(dashboard):
    dashboard.figure("ARR")
    assert dashboard.elsewhere == []


@needs_superset
@needs_chromium
def test_what_is_committed_is_what_superset_would_save(dashboard, tmp_path):
    dashboard.superset.save(tmp_path / "saved")
    committed, saved = (
        {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.yaml")}
        for folder in (DASHBOARD, tmp_path / "saved")
    )
    assert saved == committed
