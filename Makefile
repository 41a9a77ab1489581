# `make` alone lists what there is to do.

PYTHON ?= python3
# RAW_PATH: folder of your own raw data. WAREHOUSE: file to publish.
RAW_PATH ?=
# VENDORS: whose layout sources come in, as in crm=salesforce,support=zendesk (default: what `make start` wrote).
VENDORS ?=
# LAYOUT: vendors in whose layout the demo is made, as in salesforce+zendesk (default: the raw contract).
LAYOUT ?=
# ACCOUNTS: size of the demo (default: 1,000 accounts).
ACCOUNTS ?=
# DATABASE: a DuckDB file with raw tables, of `make start`.
DATABASE ?=
# Tables in DATA that a folder with a MAPPING makes raw data of; for one of examples/ its NAME will do.
NAME :=
EXAMPLES ?= ../shared/data
MAPPING = $(if $(NAME),examples/$(NAME))
DATA = $(if $(NAME),$(EXAMPLES)/$(NAME))
EXAMPLE = $(notdir $(MAPPING:/=))
MAPPED = data/examples/$(EXAMPLE)/raw
# The simulation behind crm5 ends on this day; what it left after it fades out.
NEWEST_crm5 := 2024-01-01
# AS_OF_DATE: newest day to score (YYYY-MM-DD); empty: the newest the data reached.
AS_OF_DATE ?= $(NEWEST_$(NAME))
# FULL=1: build every table again. RESTATE=1: and rewrite history. SWITCH=1: see docs/how-to/policy.md.
FULL ?=
RESTATE ?=
SWITCH ?=
# How many publications to keep, and which one `make rollback` goes to (empty: the one before).
KEEP ?= 3
TO ?=
DEMO_WAREHOUSE := warehouse/customer_health.duckdb
WAREHOUSE ?= $(if $(MAPPING),warehouse/$(EXAMPLE).duckdb,$(if $(RAW_PATH),warehouse/own_data.duckdb,$(DEMO_WAREHOUSE)))
# Of `make superset`: where it listens.
PORT ?= 8088
# Of `make sync`, where TO is a destination. DRY_RUN=1: only show; RETRY=1: also what was rejected.
DRY_RUN ?=
RETRY ?=
# PAGES=0: draw none.
PAGES ?=
# Of `make policy`: why the policy is changed, and by whom. CHECK=1: only check the files.
# AGAINST: compares with another version, a folder of its files or a revision of git.
AGAINST ?=
REASON ?=
BY ?= $(shell id -un)
CHECK ?=
# Of `make changes`: the two days, FROM and TO, and perhaps an ACCOUNT.
FROM ?=
# Of `make purge`: whom to erase.
PERSON ?=
ACCOUNT ?=
# EXPORT: folder for the marts as Parquet; 1: beside the published file.
EXPORT ?=
EXPORT_FOLDER := $(if $(filter-out 1,$(EXPORT)),$(EXPORT),$(WAREHOUSE:.duckdb=).export)
# Recipes take what a person gives from the environment, whatever quotes or spaces are in it.
export RAW_PATH VENDORS DATABASE WAREHOUSE EXPORT_FOLDER AS_OF_DATE KEEP FROM TO MAPPING DATA EXAMPLE PERSON ACCOUNT REASON BY AGAINST LAYOUT ACCOUNTS
# A variable without a value is a mistake: `make build RAW_PATH=$folder` would build the demo.
$(foreach name,RAW_PATH VENDORS DATABASE WAREHOUSE EXPORT MAPPING DATA NAME LAYOUT,$(if $(and \
	$(filter command,$(firstword $(origin $(name)))),$(if $($(name)),,empty)), \
	$(error $(name) is empty. Fix: give it a value, or leave it out)))
ifneq ($(MAPPING),)
ifneq ($(RAW_PATH),)
$(error RAW_PATH and MAPPING are both given. Fix: name the folder of the tables to map with DATA, and leave RAW_PATH out)
endif
RAW_PATH := $(MAPPED)
given: mapped
endif
BUILD_OPTIONS := --keep "$$KEEP" $(if $(AS_OF_DATE),--as-of-date "$$AS_OF_DATE") \
	$(if $(VENDORS),--vendors "$$VENDORS") \
	$(if $(FULL),--full-refresh) $(if $(RESTATE),--restate) $(if $(SWITCH),--switch-at-once) $(if $(EXPORT),--export "$$EXPORT_FOLDER") \
	$(if $(filter 0,$(PAGES)),--without-pages)

VENV := .venv
RUN := PYTHONPATH=python:. DBT_SEND_ANONYMOUS_USAGE_STATS=false $(VENV)/bin/python
PUBLICATION := $(RUN) -m customer_health.publications --warehouse "$$WAREHOUSE"
# dbt on a copy of what the last build left: never on what readers, or the next build, rely on
DBT_ON_COPY := $(PUBLICATION) copy-state target && CUSTOMER_HEALTH_WAREHOUSE=target/state.duckdb \
	$(VENV)/bin/dbt --no-send-anonymous-usage-stats

.DEFAULT_GOAL := help
.PHONY: help given given_published given_mapping given_raw mapped environment demo start check build policy changes instant publications rollback pages superset superset_test export sync purge example freshness review metrics test conventions bench experiment docs site screenshots clean
.SILENT:

# $(call step,name,what was done,commands): runs the commands without their output and prints a line
# with the time they took; if they (joined by &&) fail, prints their output and stops.
define step
log=$$(mktemp); started=$$(date +%s); \
if { $(3); } >"$$log" 2>&1; then rm -f "$$log"; \
	printf '%-12s %s (%s s)\n' '$(1)' '$(2)' "$$(( $$(date +%s) - started ))"; \
else cat "$$log" >&2; rm -f "$$log"; printf '%-12s failed\n' '$(1)' >&2; exit 1; fi
endef

# $(call environment_for,target): an environment of its own for the tools of a target, from <target>.lock
define environment_for
if ! cmp -s $(1).lock $(VENV)/$(1)/$(1).lock; then \
	$(call step,environment,made for `make $(1)`,$(VENV)/bin/python -m venv --clear $(VENV)/$(1) && \
		$(VENV)/$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
			-r $(1).lock && cp $(1).lock $(VENV)/$(1)/$(1).lock); fi
endef

# One text for the contents of files: $(call contents,what find shall find)
contents = find $(1) -type f ! -name '*.pyc' -exec cksum {} + | LC_ALL=C sort
DEMO_MADE_BY := $(call contents,demo requirements.lock); echo "layout $$LAYOUT"$(if $(ACCOUNTS),; echo "accounts $$ACCOUNTS")

help: ## this list
	echo 'make what:'
	sed -n 's/^\([a-z_]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	echo
	echo 'make build RAW_PATH=folder   builds from your own data: folder/<source>/<table>.parquet'
	echo 'make start RAW_PATH=folder   which vendors'"'"' tables these are; make check: what would be refused'
	echo 'VENDORS=crm=salesforce       whose layout a source comes in (default: what make start wrote)'
	echo 'LAYOUT=salesforce+zendesk    vendors in whose layout the demo is made (default: the contract)'
	echo 'ACCOUNTS=60                  size of the demo (default: 1,000 accounts)'
	echo 'AS_OF_DATE=YYYY-MM-DD        newest day to score (default: the newest the data reached)'
	echo 'FULL=1                       build every table again; RESTATE=1: and rewrite history'
	echo 'SWITCH=1                     puts a scorecard in production that was not scored before'
	echo 'WAREHOUSE=...                DuckDB file to publish'
	echo 'KEEP=3                       how many publications to keep'
	echo 'PAGES=0                      draw no pages'
	echo 'EXPORT=folder                folder for the marts as Parquet, of build and export'
	echo 'MAPPING=folder DATA=folder   maps your own tables to raw data first; of build, check and freshness'
	echo 'make rollback TO=...         goes to that publication (default: to the one before)'
	echo 'make sync TO=... DRY_RUN=1     shows what would be sent; RETRY=1: also sends what was rejected'
	echo 'PYTHON=...                   Python 3.11 or later to make the environment with'

# What can be checked without Python is checked first, before minutes are lost.
given:
	if [ -n "$$RAW_PATH" ] && [ ! -d "$$RAW_PATH" ]; then \
		printf '%s: there is no such folder of raw data. Fix: name the folder that holds %s with %s\n' \
			"$$RAW_PATH" '<source>/<table>.parquet' 'RAW_PATH=...' >&2; exit 1; fi; \
	if [ -d "$$WAREHOUSE" ]; then \
		printf '%s: is a folder. Fix: name a file with WAREHOUSE=...\n' "$$WAREHOUSE" >&2; exit 1; fi

environment: ## Python environment in .venv, from requirements.lock
	if cmp -s requirements.lock $(VENV)/requirements.lock; then \
		printf '%-12s %s\n' environment unchanged; exit 0; fi; \
	version=$$($(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null) || version=none; \
	if [ "$$version" = none ]; then \
		echo 'There is no `$(PYTHON)`. Fix: install Python 3.11 or later, or make PYTHON=/its/path.' >&2; exit 1; \
	elif [ "$$version" != True ]; then \
		echo "$$($(PYTHON) --version) is too old. Fix: install Python 3.11 or later, or make PYTHON=/its/path." >&2; exit 1; fi; \
	$(call step,environment,made,$(PYTHON) -m venv --clear $(VENV) && \
		$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		cp requirements.lock $(VENV)/requirements.lock)

demo: environment ## demo data in data/demo, from the generator in demo/; ACCOUNTS=60: a small one; LAYOUT=...: as vendors have it
	if [ -f data/demo/made_by ] && { $(DEMO_MADE_BY); } | cmp -s - data/demo/made_by; then \
		printf '%-12s %s\n' 'demo data' unchanged; exit 0; fi; \
	$(call step,demo data,made,rm -rf data/demo.new && $(RUN) -m demo --out data/demo.new $(if $(LAYOUT),--layout "$$LAYOUT") \
			$(if $(ACCOUNTS),--accounts "$$ACCOUNTS" --events $$((ACCOUNTS * 5000))) && \
		rm -rf data/demo && mv data/demo.new data/demo && { $(DEMO_MADE_BY); } > data/demo/made_by)

given_raw: given
	if [ -z "$$RAW_PATH$$DATABASE" ]; then \
		echo 'Which raw data? Fix: name its folder with RAW_PATH=...' >&2; exit 1; fi

start: given_raw environment ## recognises your tools' tables in RAW_PATH (or DATABASE=file.duckdb) and says what to do
	$(RUN) -m customer_health.start $(if $(DATABASE),--database "$$DATABASE",--raw-path "$$RAW_PATH")

check: given_raw environment ## judges the rows in RAW_PATH without a build: what would be refused, and what be known
	$(RUN) -m customer_health.check --raw-path "$$RAW_PATH" $(if $(VENDORS),--vendors "$$VENDORS")

ifneq ($(RAW_PATH),)
build: given environment
	$(RUN) -m customer_health.build --warehouse "$$WAREHOUSE" --raw-path "$$RAW_PATH" $(BUILD_OPTIONS)
else
build: given demo ## environment, demo data (or RAW_PATH), scores published in a DuckDB file
	$(RUN) -m customer_health.build --warehouse "$$WAREHOUSE" --unless-unchanged $(BUILD_OPTIONS)
endif

policy: environment ## checks seeds/policy, says what an edit would change; REASON='...' notes the decision
	$(RUN) -m customer_health.trial --warehouse "$$WAREHOUSE" $(if $(CHECK),--check-only) \
		$(if $(REASON),--reason "$$REASON" --by "$$BY") $(if $(AGAINST),--against "$$AGAINST")

changes: environment ## why scores changed between two days: FROM=2026-01-31 TO=2026-03-15 (ACCOUNT=id)
	$(RUN) -m customer_health.trial.score_changes --warehouse "$$WAREHOUSE" --from "$$FROM" --to "$$TO" \
		--account "$$ACCOUNT"

# Run it every few minutes between two builds; a build at work does not mind.
instant: given environment ## tells new P1 tickets and invoices past due at once, without scoring
	$(RUN) -m customer_health.instant --warehouse "$$WAREHOUSE" $(if $(AS_OF_DATE),--as-of-date "$$AS_OF_DATE")

publications: environment ## lists the publications of a warehouse
	$(PUBLICATION) list

rollback: environment ## readers see the publication before again, or TO=...
	$(PUBLICATION) rollback $(if $(TO),--to "$$TO")

pages: environment ## draws the pages of the published file again
	$(RUN) -m customer_health.pages --warehouse "$$WAREHOUSE"

given_published: given
	if [ ! -f "$$WAREHOUSE" ]; then \
		printf '%s: there is no such file. Fix: run `make build`, or name the file that it published with %s\n' \
			"$$WAREHOUSE" 'WAREHOUSE=...' >&2; exit 1; fi

# It wants other releases of what the project uses, so that it has an environment (900 MB) and a lock of its own.
superset: given_published environment ## the dashboard in Apache Superset, on this machine alone; PORT=8088
	$(call environment_for,superset)
	$(RUN) -m bi open --warehouse "$$WAREHOUSE" --port $(PORT)

superset_test: environment ## installs Superset, opens the dashboard in a browser, holds it against the marts
	$(call environment_for,superset)
	$(call step,dashboard,shows what the marts say,$(RUN) -m pytest --quiet tests/python/test_superset.py)

export: environment ## the marts of the published file as Parquet, in EXPORT=folder
	$(RUN) -m customer_health.export --warehouse "$$WAREHOUSE" --to "$$EXPORT_FOLDER"

# Secrets come from the environment: docs/how-to/sync-to-a-crm.md.
sync: environment ## sends what changed to a CRM or to Slack, the digest by mail: TO=salesforce
	$(RUN) -m customer_health.sync --warehouse "$$WAREHOUSE" --to "$$TO" \
		$(if $(DRY_RUN),--dry-run) $(if $(RETRY),--retry)

purge: environment ## erases a person or an account: PERSON=<e-mail address or id>, ACCOUNT=<id>
	$(RUN) -m customer_health.privacy --warehouse "$$WAREHOUSE" --export "$$EXPORT_FOLDER" \
		$(if $(ACCOUNT),--account "$$ACCOUNT") $(if $(PERSON)$(if $(ACCOUNT),,none),--person "$$PERSON") \
		$(if $(RAW_PATH),--raw-path "$$RAW_PATH")

given_mapping:
	if [ -z "$$MAPPING" ]; then \
		echo 'Which mapping? Fix: make example NAME=crm5, or MAPPING=folder DATA=folder.' >&2; exit 1; fi; \
	if [ ! -d "$$MAPPING" ]; then \
		printf '%s: there is no such folder of a mapping. Fix: name one with MAPPING=..., or one of %s with NAME=...\n' \
			"$$MAPPING" "$$(cd examples && echo */ | tr -d /)" >&2; exit 1; fi; \
	if [ ! -d "$$DATA" ]; then \
		printf 'DATA=%s: there is no such folder. Fix: name the folder of the tables to map with DATA=...\n' \
			"$$DATA" >&2; exit 1; fi

mapped: given_mapping environment
	$(RUN) examples/map_sources.py "$$MAPPING" --data "$$DATA" --out "$$RAW_PATH"

example: given_mapping build ## scores of your own tables, mapped: MAPPING=folder DATA=folder, or NAME=crm5

# Nothing is written to the warehouse, so that this may run beside a build.
freshness: given $(if $(RAW_PATH),environment,demo) ## which raw tables (of RAW_PATH, or the demo) are stale by today's date
	$(RUN) -m customer_health.freshness --raw-path "$${RAW_PATH:-data/demo/raw}" $(if $(VENDORS),--vendors "$$VENDORS")

# In a file of its own with the name of the published one, since dbt writes that name into the SQL.
review: environment ## the questions of a model review (analyses/) as SQL for any DuckDB client
	$(call step,review,written: target/compiled/customer_health/analyses/*.sql,mkdir -p target/review && \
		CUSTOMER_HEALTH_WAREHOUSE="target/review/$${WAREHOUSE##*/}" \
		$(VENV)/bin/dbt --no-send-anonymous-usage-stats compile --select path:analyses)

# On a copy: MetricFlow opens the file for writing.
metrics: environment ## figures of the semantic layer: QUERY='--metrics arr --group-by metric_time__month'
	$(DBT_ON_COPY) --quiet parse
	CUSTOMER_HEALTH_WAREHOUSE=target/state.duckdb $(VENV)/bin/mf $(if $(QUERY),query $(QUERY),list metrics)

test: build ## ruff, types (mypy), sqlfluff, dbt's unit tests and pytest
	$(call step,ruff,passed,$(RUN) -m ruff check . && $(RUN) -m ruff format --check .)
	$(call step,types,passed,$(RUN) -m mypy)
	$(call step,sqlfluff,passed,$(RUN) tests/lint_sql.py lint --disable-progress-bar --processes 2 models analyses snapshots tests)
	$(call step,unit tests,passed,$(RUN) tests/unit_tests.py "$$WAREHOUSE")
	$(call step,pytest,passed,$(RUN) -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder)
	echo
	echo 'Everything passed on this machine.'
	echo 'Next:       `git diff` and commit; CI runs the same with .ci/run'

# It wants DuckDB 1, so that it has an environment and a lock of its own.
conventions: environment ## names, folders and documentation by dbt-bouncer.yml
	$(call environment_for,conventions)
	$(call step,conventions,kept,CUSTOMER_HEALTH_WAREHOUSE=:memory: $(VENV)/bin/dbt \
		--no-send-anonymous-usage-stats parse --target-path target/conventions && \
		$(VENV)/conventions/bin/dbt-bouncer)

bench: environment ## measures builds of 10 and 100 million events (45 minutes); BENCH='--sizes 1M ...'
	$(RUN) -m benchmarks $(BENCH)

experiment: environment ## holds fits and scores against a planted truth (40 minutes); EXPERIMENT='--seeds 2 ...'
	$(RUN) -m experiments.planted_truth --jobs 2 $(EXPERIMENT)

docs: build ## documentation site in target/, from the models' own descriptions
	$(call step,docs,made: target/static_index.html,$(DBT_ON_COPY) docs generate --static)

# Always with the demo's pages: those of your own data are not for a site. A broken link stops it.
site: docs ## docs, models and pages of the demo as one site that opens from a folder: target/site
	$(call environment_for,site)
	$(call step,site,made: target/site/index.html,rm -rf target/site && \
		$(VENV)/site/bin/sphinx-build --quiet --fail-on-warning --keep-going -c docs/site \
			-d target/site_cache . target/site && \
		cp target/site/README.html target/site/index.html && mkdir target/site/models && \
		cp target/static_index.html target/site/models/index.html && \
		cp -R $(DEMO_WAREHOUSE:.duckdb=.pages)/. target/site/demo)

screenshots: build ## pictures for the docs, from pages of the demo; needs Chromium
	$(RUN) docs/site/screenshots.py $(DEMO_WAREHOUSE:.duckdb=.pages)

clean: ## removes the environment, the demo and its warehouse; not what was built from your data
	rm -rf $(VENV) data/demo data/demo.new $(DEMO_WAREHOUSE:.duckdb=).* warehouse/development.duckdb* \
		target logs .pytest_cache .ruff_cache .mypy_cache .hypothesis
