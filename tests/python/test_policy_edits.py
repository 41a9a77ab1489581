"""Edits of policy and vocabulary: accepted for a stated reason, or refused with file, row and fix.

What the check accepts is loaded as dbt loads a seed, and must come out as the check read it.
"""

import csv
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_common.clients import agate_helper
from project import PROJECT, copy_project, dbt

from customer_health import policy
from customer_health.policy import TABLES, VOCABULARIES, seed_problems

SEEDS = PROJECT / "seeds"
RATES = "policy/exchange_rates.csv"
CURVES = "policy/metric_curves.csv"
STAGES = "policy/lifecycle_stages.csv"
OVERLAY = "policy/overlay_words.csv"
WORDS = "vocabulary/vocabularies.csv"
BIG = "x" * 200_000

# (file, text to replace, replacement, row and message or None if accepted).
# The reason why it is accepted, or what is wrong, is the name of the case.
EDITS = {
    # numbers
    "a number that overflows": (RATES, "EUR,1.08", "EUR,1e400", "row 3: rate 1e400 is too large"),
    "a number whose square overflows": (RATES, "EUR,1.08", "EUR,1e308", "row 3: rate 1e308 is too"),
    "a number that vanishes": (RATES, "EUR,1.08", "EUR,1e-320", "row 3: rate 1e-320 is too close"),
    "a number that is read as 0": (RATES, "EUR,1.08", "EUR,1e-400", "row 3: rate 1e-400 is too"),
    "an infinite number": (RATES, "EUR,1.08", "EUR,inf", "row 3: rate 'inf' is not a number"),
    "no number": (RATES, "EUR,1.08", "EUR,NaN", "row 3: rate 'NaN' is not a number"),
    "a decimal comma": (RATES, "EUR,1.08", 'EUR,"1,08"', "row 3: rate '1,08' is not a number"),
    "digits in groups": (RATES, "EUR,1.08", "EUR,1_000", "row 3: rate '1_000' is not a number"),
    "digits of full width": (RATES, "EUR,1.08", "EUR,１.08", "row 3: rate '１.08' is not a number"),
    "a percentage": (RATES, "EUR,1.08", "EUR,108%", "row 3: rate '108%' is not a number"),
    "a number in base 16": (RATES, "EUR,1.08", "EUR,0x1", "row 3: rate '0x1' is not a number"),
    "a formula of a spreadsheet": (RATES, "EUR,1.08", "EUR,=1+1", "row 3: rate '=1+1' is not"),
    "a plus sign means what it says": (RATES, "EUR,1.08", "EUR,+1.08", None),
    "a number may have an exponent": (RATES, "EUR,1.08", "EUR,1.08E0", None),
    "a number may have more digits than count": (RATES, "1.08", "1.0800000000000000000001", None),
    "a whole number that no integer holds": (
        STAGES, "maturity,365,", "maturity,1e30,", "row 4: from_day 1e30 is too large",
    ),
    "a whole number beyond 32 bits": (
        STAGES, "maturity,365,", "maturity,3000000000,", "row 4: from_day 3000000000 is too large",
    ),
    "a whole number may be written with a point": (
        STAGES, "adoption,90,365", "adoption,90.0,365", None,
    ),
    "a century and more of warm-up": (
        "policy/metrics.csv", "stored_gb,usage,product_storage,GB,higher,line,0,unknown,0,",
        "stored_gb,usage,product_storage,GB,higher,line,0,unknown,99999,",
        "row 23: warm_up_days 99999 is outside",
    ),
    "a knot beyond all numbers": (
        CURVES, "roi_ratio,all,all,0,0,", "roi_ratio,all,all,-1e308,0,", "at_value -1e308 is too",
    ),
    "knots that no arithmetic can tell apart": (
        CURVES, "roi_ratio,all,all,0,0,", "roi_ratio,all,all,1e-300,0,", "at_value 1e-300 is too",
    ),
    "a weight beyond all sums": (
        "policy/scorecard_weights.csv", "d0_simple,usage,40", "d0_simple,usage,1e308",
        "row 14: weight 1e308 is too large",
    ),
    "a limit of days that is a date": (
        "policy/source_checks.csv", "product,events,4,14", "product,events,2026-13-01,14",
        "warn_after_days '2026-13-01' is not a number",
    ),
    "a threshold that is a date": (
        "policy/thresholds.csv", "renewal_window_days,60", "renewal_window_days,2026-13-01",
        "value '2026-13-01' is not a number",
    ),
    "a month that there is not": (
        "policy/sentinel_dates.csv", "-31,9999-12-31", "-31,9999-13-01",
        "'9999-13-01' is not a date",
    ),
    "a day in another order": (
        "policy/sentinel_dates.csv", "-31,9999-12-31", "-31,31.12.9999",
        "'31.12.9999' is not a date",
    ),
    # names of other files
    "weights by a segmentation that there is not": (
        "policy/scorecards.csv", "correlation,expert_default,contextual,fitted,impute,",
        "correlation,expert_default,contextual,fitted,impute,suport",
        "row 2: weights_by 'suport' is not in segmentations.csv. Fix: write 'support'",
    ),
    "weights by a segmentation where nothing is fitted": (
        "policy/scorecards.csv", "equal,expert_default,contextual,fitted,impute,",
        "equal,expert_default,contextual,fitted,impute,support",
        "row 4: scorecard 'equal' of method equal has weights_by and fits none",
    ),
    "weights by another segmentation": (
        "policy/scorecards.csv", "correlation,expert_default,contextual,fitted,impute,",
        "correlation,expert_default,contextual,fitted,impute,support", None,
    ),
    # booleans and words
    "a boolean as a number": (
        "policy/bands.csv", "d3,default,,red,0,60,true", "d3,default,,red,0,60,1",
        "is_flagged is '1'. Fix: write",
    ),
    "a boolean in German": (
        "policy/bands.csv", "d3,default,,red,0,60,true", "d3,default,,red,0,60,WAHR",
        "is_flagged is 'WAHR'",
    ),
    "a boolean may have capitals": (
        "policy/bands.csv", "d3,default,,red,0,60,true", "d3,default,,red,0,60,TRUE", None,
    ),
    "names may be made of digits": (
        "policy/bands.csv", "d3,default,,yellow,", "d3,default,,2,", None,
    ),
    "a character that cannot be seen": (
        "policy/segments.csv", "mid_market,100", "mid_market\u200b,100",
        "row 3: segment holds a character that cannot be seen (U+200B)",
    ),
    "a no-break space within a name": (
        "policy/bands.csv", "d3,default,,yellow,", "d3,default,,yel\u00a0low,", "(U+00A0)",
    ),
    "a source may have any typography": (
        RATES, "reporting currency", "reporting\u00a0cur\u2028rency", None,
    ),
    "a text in single quotes": (
        RATES, "USD,1.00,reporting currency", "USD,1.00,'reporting currency'",
        "row 2: source 'reporting currency' begins with a single quote",
    ),
    "an apostrophe within a text is one": (
        RATES, "reporting currency", "the boss's currency", None,
    ),
    # currencies
    "a currency in lower case is the same": (RATES, "EUR,", "eur,", None),
    "a currency twice, in other letters": (RATES, "EUR,", "usd,", "rows 2, 3: currency 'USD' is"),
    "a symbol for a currency": (RATES, "EUR,", "€,", "row 3: currency '€' is not the code"),
    "a name for a currency": (RATES, "EUR,", "EURO,", "row 3: currency 'EURO' is not the code"),
    "a space after a currency": (RATES, "EUR,", "EUR ,", "row 3: currency 'EUR ' has a space"),
    "no reporting currency": (
        RATES, "USD,1.00,reporting currency\n", "", "rows 2, 3: none of these rates is 1",
    ),
    "a reporting currency that is not worth itself": (
        RATES, "USD,1.00", "USD,1.01", "rows 2, 3, 4: none of these rates is 1",
    ),
    # rows and quotes
    "a line of commas": (RATES, "EUR,1.08", ",,\nEUR,1.08", "row 3: nothing stands here but"),
    "a line of blanks": (RATES, "EUR,1.08", "   \nEUR,1.08", "row 3: nothing stands here but"),
    "an empty line is none": (RATES, "EUR,1.08", "\nEUR,1.08", None),
    "a line above the header": (RATES, "currency,", "\ncurrency,", "row 1: a blank line stands"),
    "the header again": (
        RATES, "EUR,1.08", "currency,rate,source\nEUR,1.08", "row 3: the header is there again",
    ),
    "a space in the header": (
        RATES, "y,rate,", "y, rate,", "row 1: the column ' rate' has a space",
    ),
    "a column too many": (
        RATES, "rate,source", "rate,source,note", "row 1: there is no column 'note'",
    ),
    "a cell too many": (
        RATES, "USD,1.00,", "USD,1.00,x,", "row 2: the row has 4 fields, the header 3",
    ),
    "a cell too few": (
        RATES, "USD,1.00,reporting currency", "USD,1.00", "row 2: the row has 2 fields",
    ),
    "a quote that nothing closes": (
        RATES, "USD,1.00,reporting", 'USD,1.00,"reporting', "row 2: a double quote stands within",
    ),
    "the last quote is not closed": (
        "policy/segments.csv", "smb,0,100,,D0", 'smb,0,100,,"D0',
        "row 2: a double quote opens a text",
    ),
    "a quote within a text": (
        RATES, "USD,1.00,reporting", 'USD,1.00,repor"ting', "row 2: a double quote stands within",
    ),
    "two quotes within quotes are one": (
        RATES, "reporting currency", '"the ""boss"" says, so"', None,
    ),
    "a text of several lines in quotes": (RATES, "reporting currency", '"one\ntwo"', None),
    "a cell of 200 kB": (RATES, "reporting currency", BIG, "row 2: a text is longer than 10,000"),
    "a name of 20 kB": (
        "policy/bands.csv", "d3,default,,red,", f"d3,default,,{BIG[:20_000]},",
        "row 6: a text is longer",
    ),
    "a character of nothing": (RATES, "reporting", "repor\x00ting", "row 2: there is a character"),
    "a bell": (
        RATES, "reporting", "repor\x07ting", "row 2: there is a character that belongs in no",
    ),
    # the words of the sources
    "a word of one's own": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,sev 1,p1", None,
    ),
    "a word that no model knows": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,critical,p0",
        "no model reads a ticket_priority 'p0'. Fix: use one of p1, p2, p3, p4.",
    ),
    "a word with capitals": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,Critical,p1",
        "raw_value 'Critical' has capitals. Fix: write 'critical'",
    ),
    "a word with capitals that the models know": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,critical,P1",
        "no model reads a ticket_priority 'P1'. Fix: write 'p1'",
    ),
    "a word with a blank after it": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,critical ,p1",
        "raw_value 'critical ' has a space",
    ),
    "a word twice": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,urgent,p2",
        "vocabulary 'ticket_priority', raw_value 'urgent' is there 2 times",
    ),
    "one word in two vocabularies": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,other,p4", None,
    ),
    "a vocabulary that there is not": (
        WORDS, "ticket_priority,critical,p1", "ticket_prio,critical,p1",
        "vocabulary 'ticket_prio' is not known. Fix: write 'ticket_priority'",
    ),
    "a word for nothing": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,,p1", "raw_value is empty",
    ),
    "a word mapped to nothing": (
        WORDS, "ticket_priority,critical,p1", "ticket_priority,critical,", "value is empty",
    ),
}  # fmt: skip


@pytest.fixture
def seeds(tmp_path) -> Path:
    """Give a copy of the committed seeds, to break."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def test_there_are_sixty_edits():
    assert len(EDITS) >= 60


def test_the_committed_seeds_are_sound():
    assert seed_problems(SEEDS) == ([], [])


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_is_accepted_or_refused(seeds, case):
    file, before, after, message = EDITS[case]
    text = (seeds / file).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (seeds / file).write_text(text.replace(before, after), encoding="utf-8")
    errors, _ = seed_problems(seeds)
    if message is None:
        assert errors == []
        assert_dbt_reads_alike(seeds / file)
    else:
        named = [error for error in errors if error.startswith(f"seeds/{file}, row")]
        assert any(message in error for error in named), errors
        assert all(re.search(r"Fix: .*\.$", error) for error in errors)
        assert all(len(error) < 400 for error in errors)


def assert_dbt_reads_alike(path: Path) -> None:
    """A file is loaded with as many rows as the check read, and with the same texts."""
    (seeds_yml,) = (SEEDS / path.parent.name).glob("_*__seeds.yml")
    types = next(
        seed["config"]["column_types"]
        for seed in yaml.safe_load(seeds_yml.read_text(encoding="utf-8"))["seeds"]
        if seed["name"] == path.stem
    )
    header = agate_helper.from_csv(path, text_columns=types).column_names
    assert list(header) == list(types)
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {types[name]}" for name in header)
        connection.execute(f"create table loaded ({columns})")
        connection.execute(f"copy loaded from '{path}' (format csv, header true, delimiter ',')")
        loaded = connection.execute("from loaded").fetchall()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row][1:]
    texts = [i for i, name in enumerate(header) if types[name] == "varchar"]
    assert [[row[i] or "" for i in texts] for row in loaded] == [
        [row[i] for i in texts] for row in rows
    ]


def spoilt(how: Callable[[Path], object]) -> Callable[[Path], object]:
    """Do something to the file of exchange rates."""
    return lambda seeds: how(seeds / RATES)


def put(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Change the bytes of the file of exchange rates."""
    return spoilt(lambda path: path.write_bytes(change(path.read_bytes())))


def instead(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Put something else where the file of exchange rates was."""
    return spoilt(lambda path: (path.unlink(), make(path)))


# (what is done to the folder, message or None if accepted)
FILES = {
    "a folder": (instead(lambda path: path.mkdir()), "exchange_rates.csv: this is a folder, not"),
    "a link to itself": (
        instead(lambda path: path.symlink_to(path)), "exchange_rates.csv: this link leads back",
    ),
    "a link to nothing": (
        instead(lambda path: path.symlink_to("x")), "exchange_rates.csv: this link points to",
    ),
    "a pipe": (instead(os.mkfifo), "exchange_rates.csv: this is not a plain file"),
    "no bytes": (instead(lambda path: path.touch()), "row 1: the column 'currency' is missing"),
    "UTF-16": (
        put(lambda text: text.decode().encode("utf-16")), "exchange_rates.csv: the file is written",
    ),
    "UTF-16 without a mark": (
        put(lambda text: text.decode().encode("utf-16-le")), "row 1: there is a character that",
    ),
    "Latin-1": (put(lambda text: text + b"CHF,1,\xfc\n"), "the file is not written in UTF-8"),
    "a spreadsheet": (put(lambda _: b"PK\x03\x04\x00\x00"), "row 1: there is a character that"),
    "a mark of UTF-8 is read over": (put(lambda text: b"\xef\xbb\xbf" + text), None),
    "lines may end as on Windows": (put(lambda text: text.replace(b"\n", b"\r\n")), None),
    "lines may end as on old Macs": (put(lambda text: text.replace(b"\n", b"\r")), None),
    "no end of the last line": (put(lambda text: text.rstrip(b"\n")), None),
    "lines of a text may end otherwise than rows": (
        put(lambda text: text.replace(b"\n", b"\r\n").replace(b"reporting", b'"a\nb",'[:-1], 1)
            .replace(b'"a\nb" currency', b'"a\nb"')), None,
    ),
    "lines that end in two ways": (
        put(lambda text: text.replace(b"\n", b"\r\n", 2)), "row 3: from this row on lines end in",
    ),
    "lines that end in three ways": (
        put(lambda text: text.replace(b"\n", b"\r\n", 1).replace(b"\nGBP", b"\rGBP")),
        "from this row on lines end in another way",
    ),
    "semicolons": (put(lambda text: text.replace(b",", b";")), "row 1: the columns are separated"),
    "tabs": (
        put(lambda text: text.replace(b",", b"\t")), "row 1: the columns are separated by tabs",
    ),
    "a copy of a file under its name": (
        lambda seeds: (seeds / "old").mkdir() or shutil.copy(seeds / RATES, seeds / "old"),
        "seeds/old/exchange_rates.csv: dbt would take this file for another exchange_rates.csv",
    ),
    "a seed of one's own is no matter of the policy": (
        lambda seeds: (seeds / "policy" / "mine.csv").write_text("a,b\n1,2\n"), None,
    ),
    "what a Mac leaves beside a file": (
        lambda seeds: (seeds / "policy" / "._bands.csv").write_bytes(b"\x00\x05\x16\x07"),
        "seeds/policy/._bands.csv, row 1: there is a character",
    ),
    "a link to nothing beside the files": (
        lambda seeds: (seeds / "mine.csv").symlink_to("nowhere"),
        "seeds/mine.csv: this link points",
    ),
    "no words": (lambda seeds: (seeds / WORDS).unlink(), "vocabularies.csv: the file is missing"),
    "no folder of words": (
        lambda seeds: shutil.rmtree(seeds / "vocabulary"), "vocabularies.csv: the file is missing",
    ),
    "a word that owners may say without a verdict": (
        lambda seeds: (seeds / OVERLAY).write_text(
            re.sub("outcome_narrative,missing,.*\n", "", (seeds / OVERLAY).read_text())
        ),
        "seeds/policy/overlay_words.csv: the outcome_narrative 'missing' is missing",
    ),
    "a vocabulary without words": (
        lambda seeds: (seeds / WORDS).write_text(
            re.sub("survey_type,.*\n", "", (seeds / WORDS).read_text())
        ),
        "seeds/vocabulary/vocabularies.csv: the vocabulary 'survey_type' has no words",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_accepted_or_refused(seeds, case):
    spoil, message = FILES[case]
    spoil(seeds)
    errors, _ = seed_problems(seeds)
    if message is None:
        assert errors == []
        assert_dbt_reads_alike(seeds / RATES)
    else:
        assert any(message in error for error in errors), errors
        assert all(re.search(r"Fix: .*\.$", error) for error in errors)


def test_a_file_that_may_not_be_read_says_so(seeds, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    errors, _ = seed_problems(seeds)
    assert len(errors) == len(TABLES) + 1
    assert "the file may not be read. Fix: give yourself the permission" in errors[0]


def test_the_words_that_may_be_meant_are_those_of_the_contract():
    named = set()
    for path in (PROJECT / "models" / "staging").glob("*/_*__sources.yml"):
        named |= set(re.findall(r"vocabulary: (\w+)", path.read_text(encoding="utf-8")))
    # of a domain a row says only whether it is one company's
    assert named == set(VOCABULARIES) - {"mail_domain"}


def test_every_column_of_a_seed_has_a_type():
    for folder, tables in (("policy", TABLES), ("vocabulary", policy.VOCABULARY_TABLES)):
        (path,) = (SEEDS / folder).glob("_*__seeds.yml")
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            columns = set(tables[f"{seed['name']}.csv"].model_fields)
            assert set(seed["config"]["column_types"]) == columns


def test_dbt_refuses_what_the_check_refuses_and_nothing_is_built(tmp_path):
    project = copy_project(tmp_path / "project")
    words = project / "seeds" / WORDS
    words.write_text(words.read_text().replace("urgent,p1", "Urgent,p9"))
    rates = project / "seeds" / RATES
    rates.write_text(rates.read_text().replace("USD,1.00", "usd,1.01") + ",,\n")
    outcome = dbt("seed", tmp_path / "warehouse.duckdb", project=project, is_edited=False)
    assert outcome.code != 0
    flat = " ".join(outcome.text.split())
    for text in (
        "Nothing was built: ",
        "seeds/policy/exchange_rates.csv, row 5: nothing stands here but commas or blanks",
        "seeds/vocabulary/vocabularies.csv, row 66: raw_value 'Urgent' has capitals",
    ):
        assert text in flat, outcome.text
    assert "Traceback" not in outcome.text
