"""Nodes are built whole or not at all, by materializations of our own, in a project made for it."""

import shutil
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, dbt, query

MODELS = {
    "kept.sql": """
        {{ config(
            materialized='table',
            post_hook="select {{ 'nothing' if var('is_broken') else 1 }}",
        ) }}
        select {{ var('number') }} as number
    """,
    "made_by_python.py": """
def model(dbt, session):
    dbt.config(materialized="table")
    number = dbt.config.get("number")
    is_broken = dbt.config.get("is_broken")
    if is_broken:
        raise RuntimeError("made to fail")
    return session.sql(f"select {number} as number")
    """,
    "turning.sql": """
        {{ config(
            materialized=var('kind'), incremental_strategy='window', on_schema_change='ignore'
        ) }}
        select cast('2026-01-01' as date) as as_of_date
    """,
    "growing.sql": """
        {{ config(
            materialized='incremental',
            incremental_strategy='window',
            on_schema_change='append_new_columns',
        ) }}
        select cast('2026-01-0{{ var("number") }}' as date) as as_of_date,
            {{ var('number') }} as {{ 'removed' if var('number') == 1 else 'added' }}
    """,
    "another.sql": """
        {{ config(
            materialized='incremental', incremental_strategy='delete+insert', unique_key='id'
        ) }}
        select 'same' as id, {{ var('number') }} as number
    """,
    "_models.yml": """
models:
  - name: made_by_python
    config: {number: "{{ var('number') }}", is_broken: "{{ var('is_broken') }}"}
  - name: growing
    description: It is told in the database.
    config: {persist_docs: {relation: true}}
    """,
}


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of a handful of models with this one's macros."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT / "macros", folder / "macros")
    shutil.copy(PROJECT / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text("{name: customer_health, profile: customer_health}")
    (folder / "models").mkdir()
    for name, text in MODELS.items():
        (folder / "models" / name).write_text(text)
    return folder


def test_a_node_is_replaced_whole_or_keeps_what_it_had(project, tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    given = {"project": project, "is_broken": False, "kind": "view"}
    outcome = dbt("run", warehouse, **given, number=1)
    assert outcome.code == 0, outcome.text
    comment = "select comment from duckdb_tables() where table_name = 'growing'"
    assert query(warehouse, comment) == [("It is told in the database.",)]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create schema operations;
            create table operations.build_window as
            select date '2026-01-02' as window_start_date
        """)

    second = given | {"is_broken": True, "kind": "incremental", "number": 2}
    outcome = dbt("run", warehouse, **second)
    assert outcome.code == 1 and "PASS=3 WARN=0 ERROR=2" in outcome.text, outcome.text
    assert query(warehouse, "from kept union all from made_by_python") == [(1,), (1,)]
    assert query(warehouse, "select number from another") == [(2,)]
    is_table = "select table_type from information_schema.tables where table_name = 'turning'"
    assert query(warehouse, is_table) == [("BASE TABLE",)]
    grown = "select day(as_of_date), removed, added from growing order by 1"
    assert query(warehouse, grown) == [(1, 1, None), (2, None, 2)]

    outcome = dbt("run", warehouse, **second | {"is_broken": False, "kind": "view"})
    assert outcome.code == 0, outcome.text
    assert query(warehouse, "from kept union all from made_by_python") == [(2,), (2,)]
    assert query(warehouse, is_table) == [("VIEW",)]
    assert query(warehouse, grown) == [(1, 1, None), (2, None, 2)]
    left = "select table_name from duckdb_tables() where table_name like '%__dbt_%'"
    assert query(warehouse, left) == []
