"""The data tests reach every model, and find what they are there to find."""

import json
import re
import shutil

import duckdb
from project import dbt, parsed

# Models without a key, and one whose keys are counted where raw rows are judged.
WITHOUT_GRAIN_TEST = r"base_\w+|int_\w+__(measure_)?spans|int_facts__(participations|feature_days)"
WITHOUT_GRAIN_TEST += r"|stg_product__events"
# A span of an account has a key all the same.
SPANS_WITH_KEY = {"int_contracts__spans"}


def test_every_model_has_a_grain_that_is_tested():
    manifest = json.loads((parsed() / "manifest.json").read_text())
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    tested = {
        name.split(".")[-1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["name"].startswith("grains_of_")
        for name in node["depends_on"]["nodes"]
    }
    exempt = {name for name in models if re.fullmatch(WITHOUT_GRAIN_TEST, name)} - SPANS_WITH_KEY
    assert tested == models.keys() - exempt
    unsaid = [name for name, node in models.items() if "Grain: " not in node["description"]]
    assert unsaid == []


def test_repeated_keys_unknown_words_and_lost_parents_are_found(built_demo, tmp_path):
    warehouse = shutil.copy(built_demo.warehouse, tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            insert into marts.fct_renewals
            select renewals.* replace ('nobody' as account_id, 'left' as outcome)
            from (select * from marts.fct_renewals limit 1) as renewals
            cross join range(2)
            """
        )
    tests = ("grains_of_marts", "every_account_id_is_a_known_account")
    tests += ("every_published_word_is_known",)
    outcome = dbt("test", warehouse, "--select", *tests, raw_path=built_demo.raw)
    assert outcome.code == 1
    for name in tests:
        assert f"FAIL 1 {name}" in outcome.text, outcome.text
