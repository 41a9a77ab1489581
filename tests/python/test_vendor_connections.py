"""Several connections of a vendor, and several vendors of a source: ids that clash stay apart.

One company, whose tools all number from 1: three Salesforce orgs since mergers, two Zendesks
beside an Intercom, two Stripe accounts, two Delighteds, and events by Segment and Mixpanel.
Values are worked out by hand.
"""

from datetime import date, timedelta

import duckdb
import pytest
from project import build, copy_project, query, select
from test_vendors import write_csv

VENDORS = {
    "crm": ["salesforce", "salesforce_emea", "salesforce_us"],
    "support": ["zendesk", "zendesk_emea", "intercom"],
    "billing": ["stripe", "stripe_us"],
    "survey": ["delighted", "delighted_eu"],
    "product": ["segment", "mixpanel"],
}
BY_HAND = """\
crm,salesforce_emea:001D,001B,the same company
crm,salesforce_emea:001E,salesforce_emea:001E,a company of its own
crm,salesforce_us:001J,salesforce_us:001H,the same company
crm,001G,001K,the same company
support,zendesk_emea:2,001B,has no id of the CRM
"""
DAY, BEFORE = "2026-01-05 10:00:00", "2025-03-05 10:00:00"
PRICE = {"unit_amount": 1000, "recurring_interval": "month", "product_id": "prod_1"}
LINE = {"id": "il_1", "invoice_id": "in_1", "subscription_id": "sub_1", "price_id": "price_1"} | {
    "currency": "usd",
    "quantity": 2,
    "period_start": "2026-01-01",
    "period_end": "2026-02-01",
}
INVOICE = {"id": "in_1", "customer_id": "cus_1", "status": "paid", "currency": "usd"} | {
    "created": "2026-01-01",
    "status_transitions_paid_at": "2026-01-03",
}
ANSWER = {"id": 1, "person": 1, "survey_type": "nps", "score": 9, "account_id": "001A"}
GIVEN = {
    "salesforce": {
        "account": [
            {"id": "001A", "name": "Northwind", "website": "northwind.example", "parent_id": ""},
            {"id": "001B", "name": "Contoso", "website": "contoso.example"},
            {"id": "001F", "name": "Litware Labs", "website": "litware.example"},
            {"id": "001G", "name": "Adatum", "website": "adatum.example"},
            {"id": "001K", "name": "Adatum Group"},
        ],
        "contact": [
            {"id": "003A", "account_id": "001A", "name": "Ann", "created_date": DAY},
            # of an account that is not delivered; the other org has one with this id
            {"id": "003E", "account_id": "001E", "name": "Eve", "created_date": DAY},
        ],
        "opportunity": [
            {"id": "006A", "account_id": "001A", "type": "Renewal", "created_date": DAY}
        ],
    },
    "salesforce_emea": {
        "account": [
            {"id": "001A", "name": "Fabrikam", "website": "fabrikam.example", "parent_id": "001C"},
            {"id": "001C", "name": "Northwind Ltd", "website": "https://www.northwind.example/"},
            {"id": "001D", "name": "Contoso GmbH", "website": "contoso.test"},
            {"id": "001E", "name": "Litware", "website": "litware.example"},
            {"id": "001G", "name": "Adatum AG", "website": "adatum.example; adatum.test"},
        ],
        "contact": [
            {"id": "003A", "account_id": "001C", "name": "Bo", "created_date": DAY},
            {"id": "003B", "account_id": "001A", "name": "Cy", "created_date": DAY},
        ],
        "opportunity": [
            {"id": "006A", "account_id": "001D", "type": "Renewal", "created_date": DAY}
        ],
        "event": [
            {"id": "00UA", "who_id": "003A", "type": "Meeting", "start_date_time": DAY},
            {"id": "00UB", "who_id": "00QA", "account_id": "001A", "start_date_time": DAY},
        ],
    },
    "salesforce_us": {
        "account": [
            {"id": "001A", "name": "Northwind Inc", "website": "northwind.example"},
            # one step after another: by hand, by a domain of both, by another one, by hand
            {"id": "001H", "name": "Adatum Inc", "website": "adatum.test"},
            {"id": "001J", "name": "Adatum Labs"},
        ],
    },
    # not in use any more
    "zendesk": {
        "organization": [{"id": 1, "external_id": "001A", "created_at": "2025-01-01"}],
        "user": [{"id": 8, "role": "end-user"}, {"id": 9, "role": "agent"}],
        "ticket": [
            {"id": 1, "organization_id": 1, "created_at": BEFORE, "status": "solved"},
            {"id": 2, "organization_id": 1, "created_at": BEFORE, "status": "open"},
        ],
        "ticket_comment": [
            {"ticket_id": 1, "user_id": 9, "public": "true", "created": "2025-03-05 12:00:00"},
        ],
        "ticket_field_history": [
            {"ticket_id": 1, "field_name": "status", "value": "solved", "updated": "2025-03-06"},
            {"ticket_id": 1, "field_name": "satisfaction_score", "value": "good"}
            | {"updated": "2025-03-07"},
        ],
    },
    "zendesk_emea": {
        "organization": [
            {"id": "1.0", "external_id": "001C", "created_at": "2025-01-01"},
            {"id": 2, "created_at": "2025-01-01"},
            {"id": 3, "created_at": "2025-01-01"},
            {"id": 4, "created_at": "2025-01-01"},
        ],
        "domain_name": [{"organization_id": 3, "domain_name": "fabrikam.example"}],
        # the other one's agent is a customer here, and its customer an agent who has left
        "user": [{"id": 8, "role": "end-user"}, {"id": 9, "role": "end-user"}],
        "ticket": [
            {"id": 1, "organization_id": 1, "created_at": DAY, "status": "open"}
            | {"merged_ticket_ids": "[2]"},
            {"id": 2, "organization_id": 1, "created_at": DAY, "status": "closed"},
            {"id": 3, "organization_id": 2, "created_at": DAY, "status": "open"},
            {"id": 4, "organization_id": 3, "created_at": DAY, "status": "open"},
            {"id": 5, "organization_id": 4, "created_at": DAY, "status": "open"},
        ],
        "ticket_comment": [
            {"ticket_id": 1, "user_id": 9, "public": "true", "created": "2026-01-05 10:30:00"},
            {"ticket_id": 1, "user_id": 8, "public": "true", "created": "2026-01-05 11:00:00"},
        ],
        "ticket_field_history": [
            {"ticket_id": 1, "field_name": "assignee_id", "value": 8, "updated": DAY},
            {"ticket_id": 1, "field_name": "status", "value": "solved", "updated": "2026-02-01"},
            {"ticket_id": 1, "field_name": "status", "value": "open", "updated": "2026-02-02"},
            {"ticket_id": 1, "field_name": "satisfaction_score", "value": "bad"}
            | {"updated": "2026-02-03"},
        ],
    },
    "intercom": {
        "company_history": [
            {"id": "c1", "company_id": "001B", "updated_at": DAY, "created_at": "2025-01-01"},
        ],
        "conversation_history": [
            {"id": 1, "company_id": "c1", "created_at": "2026-03-01", "updated_at": "2026-03-01"}
            | {"state": "open", "conversation_rating_value": 3}
            | {"conversation_rating_created_at": "2026-03-02"},
        ],
    },
    "stripe": {
        "customer": [{"id": "cus_1", "metadata": '{"account_id": "001A"}'}],
        "subscription": [{"id": "sub_1", "customer_id": "cus_1", "status": "active"}],
        "product": [{"id": "prod_1", "name": "Pro", "unit_label": "seat"}],
        "price": [{"id": "price_1", **PRICE}],
        "invoice": [
            {**INVOICE, "amount_due": 2000},
            {**INVOICE, "id": "in_2", "amount_due": 2000, "created": "2026-06-01"}
            | {"status_transitions_paid_at": "2026-06-03"},
        ],
        "invoice_line_item": [{**LINE, "amount": 2000}],
    },
    "stripe_us": {
        "customer": [{"id": "cus_1", "metadata": '{"account_id": "001B"}'}],
        "subscription": [
            {"id": "sub_1", "customer_id": "cus_1", "status": "canceled", "ended_at": "2026-01-20"},
        ],
        "product": [{"id": "prod_1", "name": "Basic", "unit_label": "seat"}],
        "price": [{"id": "price_1", **PRICE, "unit_amount": 300}],
        "invoice": [
            {**INVOICE, "amount_due": 600, "created": "2026-04-21"}
            | {"status_transitions_paid_at": "2026-04-23"},
        ],
        "invoice_line_item": [{**LINE, "amount": 600}],
    },
    "segment": {
        # week after week, so that it is known until when there is data
        "tracks": [
            {"id": str(n), "user_id": "u1", "context_group_id": "001A", "event": "export"}
            | {"timestamp": str(date(2025, 3, 1) + timedelta(days=7 * n))}
            for n in range(1, 69)
        ],
        "users": [{"id": "u1"}],
        "identifies": [{"id": "1", "user_id": "u1", "timestamp": BEFORE}],
        "groups": [{"id": "1", "user_id": "u1", "group_id": "001A"}],
    },
    "mixpanel": {
        "event": [
            {"_fivetran_id": "1", "distinct_id": "u1", "account_id": "001A", "name": "share"}
            | {"time": DAY},
            {"_fivetran_id": "2", "distinct_id": "u1", "account_id": "001A", "name": "share"}
            | {"time": "2026-06-17 10:00:00"},
        ],
    },
    "delighted": {"survey_responses": [{**ANSWER, "created_at": "2026-06-20 10:00:00"}]},
    "delighted_eu": {"survey_responses": [{**ANSWER, "created_at": "2026-05-11 10:00:00"}]},
}


@pytest.fixture(scope="module", params=["files", "tables"])
def built(request, tmp_path_factory):
    """The company's warehouse, from files in a folder or tables in a schema per connection."""
    folder = tmp_path_factory.mktemp(request.param)
    project = copy_project(folder / "project")
    with (project / "seeds/policy/account_matches.csv").open("a") as policy:
        policy.write(BY_HAND)
    warehouse, raw = folder / "warehouse.duckdb", folder / "raw"
    for connection, tables in GIVEN.items():
        for table, rows in tables.items():
            write_csv(raw / connection / f"{table}.csv", rows)
    places = {"raw_path": raw}
    if request.param == "tables":
        places = {"raw_path": "", "zendesk_emea_schema": "emea", "stripe_us_schema": "us"}
        names = {"zendesk_emea": "emea", "stripe_us": "us"}
        with duckdb.connect(str(warehouse)) as database:
            for path in raw.glob("*/*.csv"):
                schema = names.get(path.parent.name, path.parent.name)
                database.execute(f"create schema if not exists {schema}")
                # numbers as numbers, and so as ids of another type in each connection
                database.execute(f"create table {schema}.\"{path.stem}\" as from '{path}'")
    models = [
        *("accounts", "contacts", "activities", "opportunities"),
        *("tickets", "organizations", "subscriptions", "invoices", "events"),
    ]
    sources = ["crm"] * 4 + ["support"] * 2 + ["billing"] * 2 + ["product"]
    staging = [f"+stg_{source}__{name}" for source, name in zip(sources, models, strict=True)]
    judges = ("+int_monitoring__reconciliation", "+fct_quarantined_rows")
    return build(
        warehouse,
        *select(
            *staging,
            *judges,
            "+fct_unmatched_accounts",
            "+dim_accounts",
            "+int_monitoring__freshness",
        ),
        project=project,
        is_edited=False,
        vendors=VENDORS,
        as_of_date="2026-06-30",
        **places,
    )


def rows(warehouse, sql):
    """Rows as text."""
    return sorted(
        tuple(None if v is None else str(v) for v in row) for row in query(warehouse, sql)
    )


def test_each_ticket_has_the_answers_and_history_of_its_own_desk(built):
    found = rows(
        built,
        """
        select ticket_id, account_id, cast(first_response_at as time), cast(resolved_at as date),
            cast(reopened_at as date), csat_score
        from staging.stg_support__tickets
        """,
    )
    assert found == [
        ("1", "001a", "12:00:00", "2025-03-06", None, "5.0"),
        ("2", "001a", None, None, None, None),
        ("intercom:1", "001b", None, None, None, "3.0"),
        ("zendesk_emea:1", "001a", "11:00:00", "2026-02-01", "2026-02-02", "1.0"),
        ("zendesk_emea:3", "001b", None, None, None, None),
        ("zendesk_emea:4", "salesforce_emea:001a", None, None, None, None),
    ]
    assert rows(built, "select organization_id from staging.stg_support__organizations") == [
        *(("1",), ("intercom:c1",)),
        *(("zendesk_emea:1",), ("zendesk_emea:2",), ("zendesk_emea:3",)),
    ]


def test_rows_say_which_connection_they_come_from(built):
    found = rows(
        built,
        """
        select source_relation, count(*) from staging.base_support__tickets group by all
        """,
    )
    assert found == [("intercom", "1"), ("zendesk", "2"), ("zendesk_emea", "5")]
    found = rows(
        built,
        """
        select row_key, quarantine_reason, raw_row ->> 'source_relation'
        from marts.fct_quarantined_rows where table_name = 'tickets'
        """,
    )
    assert found == [
        ("zendesk_emea:2", "merged into another ticket", "zendesk_emea"),
        ("zendesk_emea:5", "unknown account", "zendesk_emea"),
    ]
    unmatched = "select raw_account_id, n_rows from marts.fct_unmatched_accounts"
    assert rows(built, unmatched) == [("001e", "1"), ("zendesk_emea:4", "2")]


def test_terms_and_invoices_are_those_of_their_own_stripe(built):
    found = rows(
        built,
        """
        select subscription_id, account_id, plan, seats, arr, cancelled_date
        from staging.stg_billing__subscriptions
        """,
    )
    # 2,000 cents a month are 240 a year, and 600 are 72
    assert found == [
        ("in_1-il_1", "001a", "Pro", "2.0", "240.0", None),
        ("stripe_us:in_1-stripe_us:il_1", "001b", "Basic", "2.0", "72.0", "2026-01-20"),
    ]
    found = rows(built, "select invoice_id, account_id, amount from staging.stg_billing__invoices")
    assert found == [
        ("in_1", "001a", "20.0"),
        ("in_2", "001a", "20.0"),
        ("stripe_us:in_1", "001b", "6.0"),
    ]


def test_an_account_of_both_orgs_is_one_and_others_stay_apart(built):
    accounts = "select account_id, account_name, parent_account_id from marts.dim_accounts"
    assert rows(built, accounts) == [
        ("001a", "Northwind", None),
        ("001b", "Contoso", None),
        ("001f", "Litware Labs", None),
        ("001k", "Adatum Group", None),
        ("salesforce_emea:001a", "Fabrikam", "001a"),
        ("salesforce_emea:001e", "Litware", None),
    ]
    duplicates = "select account_id, same_account_id, matched_by"
    assert rows(built, f"{duplicates} from staging.stg_known_accounts__duplicates") == [
        ("001g", "001k", "by hand"),
        ("salesforce_emea:001c", "001a", "domain"),
        ("salesforce_emea:001d", "001b", "by hand"),
        ("salesforce_emea:001g", "001k", "domain"),
        ("salesforce_us:001a", "001a", "domain"),
        ("salesforce_us:001h", "001k", "domain"),
        ("salesforce_us:001j", "001k", "by hand"),
    ]
    assert rows(built, "select contact_id, account_id from staging.stg_crm__contacts") == [
        ("003a", "001a"),
        ("salesforce_emea:003a", "001a"),
        ("salesforce_emea:003b", "salesforce_emea:001a"),
    ]
    assert rows(built, "select opportunity_id, account_id from staging.stg_crm__opportunities") == [
        ("006a", "001a"),
        ("salesforce_emea:006a", "001b"),
    ]
    found = rows(
        built, "select activity_id, account_id, contact_id from staging.stg_crm__activities"
    )
    assert found == [
        ("salesforce_emea:00ua", "001a", "salesforce_emea:003a"),
        # a lead is no contact
        ("salesforce_emea:00ub", "salesforce_emea:001a", None),
    ]


def test_events_of_two_tools_are_two_and_their_user_is_one(built):
    events = "select event_id, account_id, user_id from staging.stg_product__events"
    found = rows(built, f"{events} where event_id in ('1', 'mixpanel:1')")
    assert found == [("1", "001a", "u1"), ("mixpanel:1", "001a", "u1")]


def test_no_row_is_lost(built):
    judged = rows(
        built,
        """
        select table_name, n_raw, n_accepted + n_quarantined
        from intermediate.int_monitoring__reconciliation where n_raw > 0
        """,
    )
    assert judged == [
        ("accounts", "13", "13"),
        ("activities", "2", "2"),
        ("contacts", "4", "4"),
        ("events", "70", "70"),
        ("invoices", "3", "3"),
        ("opportunities", "2", "2"),
        ("organizations", "6", "6"),
        ("responses", "2", "2"),
        ("subscriptions", "2", "2"),
        ("tickets", "8", "8"),
        ("users", "1", "1"),
    ]


# of intercom's tickets the last is of March, and of zendesk's of the year before; no volume of
# invoices is checked; answers have but the time of the answer; Segment's last event is of 20 June
@pytest.mark.parametrize(
    ("table", "last_row", "warns_after"),
    [
        ("support.tickets of zendesk_emea", "2026-01-05, 176 days before 2026-06-30", 14),
        ("billing.invoices of stripe_us", "2026-04-21, 70 days before 2026-06-30", 45),
        ("survey.responses of delighted_eu", "2026-05-11, 50 days before 2026-06-30", 30),
        ("product.events of mixpanel", "2026-06-17, 13 days before 2026-06-30", 4),
    ],
)
def test_each_connection_in_use_goes_on_being_delivered(built, table, last_row, warns_after):
    reason = "select reason from intermediate.int_monitoring__freshness"
    name = table.split(" ")[0]
    found = rows(built, f"{reason} where source_name || '.' || table_name = '{name}'")
    assert found == [(f"{table}: last row {last_row}; warns after {warns_after}",)]
