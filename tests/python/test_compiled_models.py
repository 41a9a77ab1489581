"""What dbt compiles can be read by a person and by other engines."""

import re

import pytest
import sqlglot
from project import PROJECT, dbt, make_demo
from spark import refused_by_spark
from sqlglot.errors import ErrorLevel, SqlglotError

LONGEST_MODEL = 500  # lines

# How files are read is the engine's own (macros/staging/raw_source.sql), and so are these models.
READ_RAW_FILES = (
    r"base_\w+|stg_calendar__daily_rows|stg_product__event(s|_days)|stg_known_accounts__claims"
    r"|int_monitoring__reconciliation"
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> dict[str, str]:
    """SQL of each model of the default target, as a build of files runs it."""
    folder = tmp_path_factory.mktemp("compiled")
    raw = make_demo(folder / "demo", accounts=20, months=6, events=500)
    outcome = dbt("compile", folder / "warehouse.duckdb", raw_path=raw)
    assert outcome.code == 0, outcome.text
    models = (folder / "warehouse.target/compiled/customer_health/models").rglob("*.sql")
    # dbt puts the tests that a YAML file declares into a folder of its name
    return {path.stem: path.read_text() for path in models if path.parent.suffix != ".yml"}


def test_no_compiled_model_is_too_long_to_read(compiled):
    lines = {name: len(sql.splitlines()) for name, sql in compiled.items()}
    assert {name: n for name, n in lines.items() if n > LONGEST_MODEL} == {}


def test_only_the_listed_models_read_files(compiled):
    readers = {name for name, sql in compiled.items() if "read_parquet(" in sql}
    listed = {name for name in compiled if re.fullmatch(READ_RAW_FILES, name)}
    # the demo delivers events and no roll-up of them, and no measures
    assert readers == listed - {"base_product__daily_usage", "base_product__measures"}


def test_every_model_translates_to_spark(compiled):
    assert refused_by_spark(compiled) == {}


def test_the_translation_finds_what_spark_has_not():
    with pytest.raises(SqlglotError):
        sqlglot.transpile(
            "select * from read_parquet('a.parquet', union_by_name = true)",
            read="duckdb",
            write="spark",
            unsupported_level=ErrorLevel.RAISE,
        )


def test_every_model_is_compiled(compiled):
    # those of vendors, where the vendor is named: test_vendors.py
    assert set(compiled) == {
        path.stem
        for path in (PROJECT / "models").rglob("*.sql")
        if "vendors" not in path.relative_to(PROJECT).parts
    }
