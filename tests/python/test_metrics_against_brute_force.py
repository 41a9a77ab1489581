"""Every metric, and the scores made of them, against a naive recomputation from the staged rows.

The models sum spans; this file loops. It takes the words of `seeds/policy/metrics.csv` and of the
raw contract as they stand ("calls and meetings in 90 days": the rows known by the day whose own day
is one of the last 90), for every account on a few days and for more accounts on days at random. It
shares no code with the models and reads nothing of theirs but the numbers it checks.

Everything is as of a day: a row exists from its known_date on, and what happens to it later (an
e-mail opened, a ticket resolved, a term cancelled) from the day on which that happens.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev
from types import SimpleNamespace as Row

import duckdb
import pytest
from naive_contracts import Contract
from project import build

POLICY = Path(__file__).resolve().parents[2] / "seeds" / "policy"
DAYS_OF_ALL_ACCOUNTS = 6
DAYS_OF_ONE_ACCOUNT = 120
TOLERANCE = 1e-6
# The models keep amounts to six decimals; a steep curve makes more of the sixth.
SCORE_TOLERANCE = 1e-5

TOUCHPOINTS = ("call", "email", "meeting", "qbr", "training")
INVITATIONS = ("meeting", "qbr", "training", "webinar")
DIMENSIONS = (
    "usage",
    "engagement",
    "sentiment",
    "relationship",
    "support",
    "value",
    "financial",
)
# The table that a feed is read of, by how its name begins; others are read of events and roll-ups.
READ_OF = {
    "product_user": "product__users",
    "product_storage": "product__storage",
    **dict.fromkeys(
        (
            "product_api",
            "product_listings",
            "product_searches",
            "product_successful",
            "product_orders",
            "product_disputes",
        ),
        "product__measures",
    ),
    "crm_contact": "crm__contacts",
    "crm_executive": "crm__contact_roles",
    "crm_champions": "crm__contact_roles",
    "crm_goal": "crm__goals",
    **dict.fromkeys(
        ("crm_milestone", "crm_first", "crm_onboardings", "crm_integrations", "crm_use"),
        "crm__milestones",
    ),
    "crm_csm": "crm__csm_assessments",
    "crm_relationship": "crm__csm_assessments",
    "crm_": "crm__activities",
    "support_": "support__tickets",
    "survey_": "survey__responses",
    "billing_invoices": "billing__invoices",
    "billing_payments": "billing__invoices",
    "billing_": "billing__subscriptions",
    "signals": "signals__account_signals",
}
# What the product measures of itself, by the feed that it is.
MEASURES = {
    "api_calls": "api_calls",
    "api_errors": "api_errors",
    "api_latency": "api_latency_ms",
    "listings": "listings",
    "listings_filled": "listings_filled",
    "searches": "searches",
    "successful_searches": "successful_searches",
    "orders": "orders",
    "disputes": "disputes",
}
# Columns that may be filled from a day on only.
FILLED_FROM_A_DAY_ON = (
    "product_user_activity",
    "crm_participants",
    "crm_email_opens",
    "crm_email_clicks",
    "crm_email_answers",
    "crm_attendances",
    "crm_qbr_attendances",
)
# Not "nothing was measured", for which the policy may say zero: the question has no answer.
UNKNOWABLE = object()
NOT_APPLICABLE = object()


@cache
def policy(seed: str) -> list[Row]:
    """Rows of a policy seed; what is a number is read as one."""
    with (POLICY / f"{seed}.csv").open(encoding="utf-8") as file:
        return [
            Row(**{name: number(text) for name, text in row.items()})
            for row in csv.DictReader(file)
        ]


def number(text: str) -> str | float | None:
    try:
        return float(text)
    except ValueError:
        return text or None


THRESHOLDS = {row.threshold: row.value for row in policy("thresholds")}
RATES = {row.currency: row.rate for row in policy("exchange_rates")}
METRICS = {row.metric: row for row in policy("metrics")}
CURVES = defaultdict(list)
for point in policy("metric_curves"):
    CURVES[point.metric, point.segment, point.lifecycle_stage].append((point.at_value, point.score))


# ---------------------------------------------------------------------- small words


def day_of(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def hours(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(hours=1)


def mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return fmean(values) if values else None


def ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def times(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first * second


def change(now: float, before: float) -> float | None:
    return now / before - 1 if before else None


def latest(rows: list[Row], when: str, what: str) -> float | None:
    """Mean of what the rows of the newest day say."""
    rows = [row for row in rows if getattr(row, what) is not None]
    newest = max((day_of(getattr(row, when)) for row in rows), default=None)
    return mean(getattr(row, what) for row in rows if day_of(getattr(row, when)) == newest)


# ---------------------------------------------------------------------- what is staged


class Staged:
    """The staged rows of a warehouse."""

    def __init__(self, warehouse: Path):
        """Read every staged table."""
        self.tables: dict[str, list[Row]] = {}
        self.by_account: dict[str, dict[str, list[Row]]] = {}
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'staging'"
                " and table_name like 'stg\\_%' escape '\\'"
            ).fetchall()
            for (name,) in names:
                found = connection.execute(f"select * from staging.{name}")
                columns = [column[0] for column in found.description]
                rows = [Row(**dict(zip(columns, row, strict=True))) for row in found.fetchall()]
                table = name.removeprefix("stg_")
                self.tables[table] = rows
                self.by_account[table] = defaultdict(list)
                for row in rows:
                    if hasattr(row, "account_id"):
                        self.by_account[table][row.account_id].append(row)
        self.catalogue = {row.event_name: row for row in self.tables["product__features"]}
        self.connected_from = {feed: min(days) for feed, days in self.feeds().items() if days}
        self.history_from = min(
            day
            for feed, day in self.connected_from.items()
            if feed in ("product_activity", "crm_activities", "support_tickets")
            or feed.startswith("survey")
        )

    @cached_property
    def listed(self) -> dict[str, Row]:
        """The catalogue by event name, and by feature where no event has its name."""
        by_feature = defaultdict(list)
        for row in self.catalogue.values():
            by_feature[row.feature_id].append(row)
        found = {
            feature: Row(
                feature_id=feature,
                feature_type=min(row.feature_type for row in rows),
                is_core=any(row.is_core for row in rows),
                is_key=any(row.is_key for row in rows),
            )
            for feature, rows in by_feature.items()
        }
        return found | self.catalogue

    @cache  # noqa: B019 - one object for the session
    def features_in_use(self, day: date) -> set[str]:
        """The features that somebody has used of late, as known on a day."""
        retired = timedelta(days=THRESHOLDS["feature_retired_days"])
        used: dict[str, list[Row]] = defaultdict(list)
        for account_id in (
            self.by_account["product__events"] | self.by_account["product__daily_usage"]
        ):
            for row in AsOf(self, account_id, day).activity:
                if row.feature_type == "feature":
                    used[row.feature_id].append(row)
        return {
            feature
            for feature, rows in used.items()
            if max(row.day for row in rows) + retired > day and self.is_proven(feature, rows)
        }

    def is_proven(self, feature: str, uses: list[Row]) -> bool:
        """Whether what was done shows a name to be a feature."""
        return (
            feature in {row.feature_id for row in self.catalogue.values()}
            or len({row.account_id for row in uses}) > 1
            or (
                not any(letter.isdigit() for letter in feature)
                and len({row.day for row in uses}) >= THRESHOLDS["feature_proof_days"]
            )
        )

    def recorded_from(self, feed: str) -> date:
        """The first day known of what a feed is read from."""
        tables = self.tables
        if feed in FILLED_FROM_A_DAY_ON or feed.startswith(
            ("survey_nps", "survey_csat", "survey_ces", "survey_pulse")
        ):
            return self.connected_from[feed]
        if feed == "crm_touchpoints":
            return min(
                row.known_date
                if row.activity_type != "email"
                else max(row.known_date, day_of(row.answered_at))
                for row in tables["crm__activities"]
                if row.answered_at
                or (row.activity_type != "email" and row.attendance in (None, "attended"))
            )
        table = next((name for prefix, name in READ_OF.items() if feed.startswith(prefix)), None)
        if table is None:
            return self.connected_from["product_activity"]
        return min(row.known_date for row in tables[table] if row.known_date)

    def feeds(self) -> dict[str, list[date]]:
        """For each feed the days on which its rows became known."""
        tables = self.tables
        activity = [*tables["product__events"], *tables["product__daily_usage"]]
        people = [row for row in activity if row.user_id]
        tickets, answers = tables["support__tickets"], tables["survey__responses"]
        goals, views = tables["crm__goals"], tables["crm__csm_assessments"]
        milestones, done = tables["crm__milestones"], tables["crm__activities"]
        emails = [row for row in done if row.activity_type == "email"]
        told = [row for row in done if row.activity_type in INVITATIONS and row.attendance]
        came = [row for row in done if row.activity_type != "email"]
        came = [row for row in came if row.attendance in (None, "attended")]
        terms, invoices = tables["billing__subscriptions"], tables["billing__invoices"]
        signals = tables["signals__account_signals"]
        effects = {row.signal_type: row.budget_effect for row in policy("signal_types")}

        def known(rows: Iterable[Row], event: str | None = None) -> list[date]:
            return [
                max(row.known_date, day_of(getattr(row, event))) if event else row.known_date
                for row in rows
            ]

        def with_(rows: Iterable[Row], column: str) -> list[Row]:
            return [row for row in rows if getattr(row, column) is not None]

        def of(rows: Iterable[Row], column: str, *kinds: str) -> list[Row]:
            return [row for row in rows if getattr(row, column) in kinds]

        def catalogued(what: str, value: object = True) -> list[date]:
            return known(
                row
                for row in activity
                if row.event_name in self.catalogue
                and getattr(self.catalogue[row.event_name], what) == value
            )

        def reached(kind: str) -> list[date]:
            rows = of(milestones, "milestone_type", kind)
            return known(with_(rows, "reached_date"), "reached_date")

        def took_part(kinds: Iterable[str] | None, has_contact: bool = False) -> list[date]:
            rows = [(row, None) for row in came]
            rows += [(row, "answered_at") for row in with_(emails, "answered_at")]
            return [
                day
                for row, event in rows
                if (kinds is None or row.activity_type in kinds)
                and (row.contact_id or not has_contact)
                for day in known([row], event)
            ]

        def answered(survey_type: str) -> list[date]:
            rows = [row for row in answers if row.survey_type == survey_type]
            rows = [row for row in rows if row.responded_at and row.score is not None]
            return known(rows, "responded_at")

        return {
            "product_activity": known(activity),
            "product_user_activity": known(people),
            "product_core_features": catalogued("is_core"),
            "product_key_features": catalogued("is_key"),
            "product_logins": catalogued("feature_type", "login"),
            "product_page_views": catalogued("feature_type", "page_view"),
            "product_users": known(tables["product__users"]),
            "product_user_departments": known(with_(tables["product__users"], "department")),
            "product_storage": known(tables["product__storage"]),
            **{
                f"product_{feed}": known(of(tables["product__measures"], "measure", measure))
                for feed, measure in MEASURES.items()
            },
            "crm_contacts": known(tables["crm__contacts"]),
            "crm_contact_departments": known(with_(tables["crm__contacts"], "department")),
            "crm_executive_sponsors": known(
                of(tables["crm__contact_roles"], "role", "executive_sponsor")
            ),
            "crm_champions": known(of(tables["crm__contact_roles"], "role", "champion")),
            "crm_activities": known(done),
            "crm_touchpoints": took_part(TOUCHPOINTS),
            "crm_participants": took_part(None, has_contact=True),
            "crm_attendances": known(told),
            "crm_qbr_attendances": known(of(told, "activity_type", "qbr")),
            "crm_trainings": known(of(done, "activity_type", "training")),
            "crm_webinars": known(of(done, "activity_type", "webinar")),
            "crm_community_posts": known(of(done, "activity_type", "community_post")),
            "crm_emails": known(emails),
            # who clicks or answers has opened
            "crm_email_opens": [
                day
                for column in ("opened_at", "clicked_at")
                for day in known(with_(emails, column), column)
            ],
            "crm_email_clicks": known(with_(emails, "clicked_at"), "clicked_at"),
            "crm_email_answers": known(with_(emails, "answered_at"), "answered_at"),
            "crm_goal_due_dates": known(with_(goals, "due_date")),
            "crm_goals_achieved": known(with_(goals, "achieved_date"), "achieved_date"),
            "crm_goal_values": known(
                (row for row in goals if row.measured_at and row.measured_value is not None),
                "measured_at",
            ),
            "crm_milestone_plans": known(with_(milestones, "planned_date")),
            "crm_milestones_reached": known(with_(milestones, "reached_date"), "reached_date"),
            "crm_first_values": reached("first_value"),
            "crm_onboardings": reached("onboarding_complete"),
            "crm_integrations": reached("integration_live"),
            "crm_use_cases": reached("use_case_live"),
            "crm_csm_ratings": known(row for row in views if row.csm_rating is not None),
            "crm_relationship_depths": known(
                row for row in views if row.relationship_depth is not None
            ),
            "support_tickets": known(tickets),
            "support_priorities": known(with_(tickets, "priority")),
            "support_first_responses": known(
                with_(tickets, "first_response_at"), "first_response_at"
            ),
            "support_resolutions": known(with_(tickets, "resolved_at"), "resolved_at"),
            "support_reopenings": known(with_(tickets, "reopened_at"), "reopened_at"),
            "support_escalations": known(with_(tickets, "escalated_at"), "escalated_at")
            + known(
                (
                    row
                    for row in with_(tickets, "is_escalated")
                    if row.resolved_at and not row.escalated_at
                ),
                "resolved_at",
            ),
            "support_ticket_sentiment": known(row for row in tickets if row.sentiment is not None),
            "support_ticket_csat": [
                max(row.known_date, day_of(row.csat_at or row.resolved_at))
                for row in tickets
                if row.csat_score is not None and (row.csat_at or row.resolved_at)
            ],
            "survey_nps": answered("nps"),
            "survey_csat": answered("csat"),
            "survey_ces": answered("ces"),
            "survey_pulse": answered("pulse"),
            "survey_comments": known(
                (row for row in answers if row.responded_at and row.sentiment is not None),
                "responded_at",
            ),
            "billing_seats": known(with_(terms, "seats")),
            "billing_arr": known(with_(terms, "arr")),
            "billing_term_ends": known(with_(terms, "end_date")),
            "billing_payments": known(with_(invoices, "paid_date"), "paid_date")
            + known(with_(invoices, "is_paid")),
            "signals_budget": known(row for row in signals if effects[row.signal_type]),
            "signals_job_changes": known(of(signals, "signal_type", "champion_job_change")),
        }


class AsOf:
    """An account as anybody could have known it on a day."""

    def __init__(self, staged: Staged, account_id: str, day: date):
        """Note which account and day; rows are looked up when they are asked for."""
        self.staged, self.account_id, self.day = staged, account_id, day
        self.by_dimension: dict[str, dict[str, float | None]] = {}

    def rows(self, table: str) -> list[Row]:
        """Rows of the account in a staged table that are known by the day."""
        rows = self.staged.by_account[table][self.account_id]
        return [row for row in rows if row.known_date and row.known_date <= self.day]

    def within(self, moment: date | datetime | None, days: int, ago: int = 0) -> bool:
        """Whether a moment is in the last days, the day itself being one of them."""
        if moment is None:
            return False
        end = self.day - timedelta(days=ago)
        return end - timedelta(days=days) < day_of(moment) <= end

    def has_come(self, moment: date | datetime | None) -> bool:
        """Whether a moment is on or before the day."""
        return moment is not None and day_of(moment) <= self.day

    # ------------------------------------------------------------ spine

    @cached_property
    def contract(self) -> Row | None:
        """Seats, ARR and dates of the terms in force; none if the account is no customer."""
        if self.day < self.staged.history_from:
            return None
        terms = [
            Row(
                **{
                    **vars(row),
                    "arr": self.in_reporting_currency(row),
                    "arr_in_contract_currency": row.arr,
                }
            )
            for row in self.rows("billing__subscriptions")
        ]
        contract = Contract(terms, self.day, THRESHOLDS).as_of
        if contract is None:
            return None
        real = [
            row
            for row in terms
            if row.start_date < min(row.end_date or date.max, row.cancelled_date or date.max)
        ]
        first = min(real, key=lambda row: (max(row.start_date, row.known_date), row.start_date))
        return Row(
            **vars(contract),
            days_to_renewal=(contract.renewal_date - self.day).days
            if contract.renewal_date
            else None,
            first_contract_date=first.start_date,
            tenure_days=(self.day - first.start_date).days,
        )

    def in_reporting_currency(self, term: Row) -> float | None:
        """ARR of a term at the policy's rate."""
        return times(RATES.get(term.currency.upper()) if term.currency else 1, term.arr)

    @cached_property
    def segment(self) -> str:
        """Segment of the primary segmentation by the employees of the day."""
        states = self.staged.by_account["crm__accounts"][self.account_id]
        states = [row for row in states if not row.valid_from or self.has_come(row.valid_from)]
        state = max(states, key=lambda row: row.valid_from or datetime.min, default=None)
        if state is None or state.employees is None:
            return "unknown"
        for row in policy("segments"):
            is_primary = row.segmentation == "company_size"
            if is_primary and row.min_value <= state.employees < (row.max_value or float("inf")):
                return row.segment
        return "unknown"

    @cached_property
    def stage(self) -> str:
        """Lifecycle stage by the tenure of the day."""
        for row in policy("lifecycle_stages"):
            if row.from_day <= self.contract.tenure_days < (row.to_day or float("inf")):
                return row.lifecycle_stage
        return "unknown"

    @property
    def is_near_renewal(self) -> bool:
        """Whether the day lies in the renewal window."""
        to_renewal = self.contract.days_to_renewal
        return to_renewal is not None and to_renewal <= THRESHOLDS["renewal_window_days"]

    def band_rule(self, band_set: str) -> tuple[str, str | None]:
        """Rule of a band set that decides on the day: its name and what it applies to."""
        ranked = [("renewal", None)] if self.is_near_renewal else []
        ranked += [("stage", self.stage), ("segment", self.segment), ("default", None)]
        rules = {(row.rule, row.applies_to) for row in policy("bands") if row.band_set == band_set}
        return next(rule for rule in ranked if rule in rules)

    # ------------------------------------------------------------ usage

    @cached_property
    def activity(self) -> list[Row]:
        """What was done: who, on which day, by which feature, how often.

        Of a day that comes both as events and rolled up, as the one says that has more.
        """
        days: dict[date, tuple[list, list]] = defaultdict(lambda: ([], []))
        for row in self.rows("product__events"):
            days[day_of(row.occurred_at)][0].append((row, 1))
        for row in self.rows("product__daily_usage"):
            if row.n_events:
                days[row.usage_date][1].append((row, row.n_events))
        found = []
        for day, (events, rolled_up) in days.items():
            has_more = sum(n for _, n in rolled_up) > len(events)
            for row, n_events in rolled_up if has_more else events:
                entry = self.staged.listed.get(row.event_name)
                found.append(
                    Row(
                        account_id=self.account_id,
                        day=day,
                        known_date=row.known_date,
                        n_events=n_events,
                        feature_id=entry.feature_id if entry else row.event_name,
                        feature_type=entry.feature_type if entry else "feature",
                        is_core=bool(entry and entry.is_core),
                        is_key=bool(entry and entry.is_key),
                    )
                )
        return found

    @cached_property
    def person_days(self) -> dict[tuple[str, date], int]:
        """Who did something on which day, and how often: by events or roll-up, if it has more."""
        events, rolled_up = Counter(), Counter()
        for row in self.rows("product__events"):
            events[row.user_id, day_of(row.occurred_at)] += 1
        for row in self.rows("product__daily_usage"):
            rolled_up[row.user_id, row.usage_date] += row.n_events
        return {key: n for key, n in (events | rolled_up).items() if key[0] and n}

    def done(self, days: int, ago: int = 0) -> list[Row]:
        """What was done in the last days."""
        return [row for row in self.activity if self.within(row.day, days, ago)]

    def n_events(self, days: int, ago: int = 0) -> int:
        """How much was done in the last days."""
        return sum(row.n_events for row in self.done(days, ago))

    def people(self, days: int) -> set[str]:
        """Who did something in the last days."""
        return {user for user, day in self.person_days if self.within(day, days)}

    @property
    def days_of_usage(self) -> int:
        """Days for which there could be activity: since the account's start and the feed's.

        What is compared with an earlier time needs that time to be among them.
        """
        connected = self.staged.connected_from.get("product_activity", self.day)
        return min(self.contract.tenure_days, (self.day - connected).days)

    def usage(self) -> dict:
        """Metrics of the usage dimension."""
        month, people = self.done(28), self.people(28)
        seats = self.contract.seats
        core = {row.feature_id for row in self.staged.catalogue.values() if row.is_core}
        in_use = self.staged.features_in_use(self.day)
        weeks = self.complete_weeks()
        departments = {
            row.user_id: row.department for row in self.rows("product__users") if row.department
        }

        def per_person_and_week(rows: Iterable[Row]) -> float | None:
            return ratio(sum(row.n_events for row in rows) / 4, len(people))

        # activity without people in it does not say that nobody was active
        nobody = UNKNOWABLE if month and not people else None

        def features(rows: Iterable[Row]) -> int:
            return len({row.feature_id for row in rows if row.feature_id in in_use})

        return {
            "active_users_7d": nobody or len(self.people(7)),
            "active_users_28d": nobody or len(people),
            "active_seat_share_28d": nobody or (len(people) / seats if seats else UNKNOWABLE),
            "stickiness_dau_mau_28d": nobody
            or ratio(sum(self.within(day, 28) for _, day in self.person_days) / 28, len(people)),
            "stickiness_wau_mau": nobody or ratio(len(self.people(7)), len(people)),
            "logins_per_user_week_28d": nobody
            or per_person_and_week(row for row in month if row.feature_type == "login"),
            "core_feature_share_28d": ratio(
                len({row.feature_id for row in month if row.is_core}), len(core)
            ),
            "feature_share_28d": features(month) / len(in_use) if in_use else UNKNOWABLE,
            "key_feature_depth_28d": nobody
            or per_person_and_week(row for row in month if row.is_key),
            "days_since_last_activity": min(
                ((self.day - row.day).days for row in self.activity), default=None
            ),
            "usage_trend_28d": change(self.n_events(28), self.n_events(28, 28))
            if self.days_of_usage >= 56
            else None,
            "usage_trend_14d": change(self.n_events(14), self.n_events(14, 14))
            if self.days_of_usage >= 28
            else None,
            "active_days_share_28d": len({row.day for row in month}) / 28,
            "active_weeks_share_12w": (mean(1 if week else 0 for week in weeks) or None)
            if weeks
            else UNKNOWABLE,
            "weekly_usage_variation_12w": ratio(pstdev(weeks), fmean(weeks))
            if len(weeks) >= 4
            else (UNKNOWABLE if any(weeks) else None),
            "feature_diversity_change_28d": change(features(month), features(self.done(28, 28)))
            if self.days_of_usage >= 56
            else None,
            "top_user_share_4w": self.top_user_share() or nobody,
            "departments_active_28d": len({departments.get(user) for user in people} - {None})
            or (UNKNOWABLE if month else 0),
            "events_28d": self.n_events(28),
            "registered_users": sum(
                not self.has_come(row.deactivated_at) for row in self.rows("product__users")
            ),
            "page_views_28d": sum(row.n_events for row in month if row.feature_type == "page_view"),
            "stored_gb": latest(self.rows("product__storage"), "measured_date", "stored_gb"),
        }

    @cached_property
    def last_sunday(self) -> AsOf:
        """The account as it was known on the Sunday on or before the day."""
        sunday = self.day - timedelta(days=(self.day.weekday() + 1) % 7)
        return AsOf(self.staged, self.account_id, sunday)

    def complete_weeks(self) -> list[int]:
        """Events of the last twelve weeks to Sunday in the life of the account and the feed."""
        life = self.days_of_usage - (self.day - self.last_sunday.day).days
        return [self.last_sunday.n_events(7, 7 * k) for k in range(12) if life - 7 * k >= 6]

    def top_user_share(self) -> float | None:
        """Measured on the last Sunday, with what was known by then."""
        events = Counter()
        for (user, day), n_events in self.last_sunday.person_days.items():
            if self.last_sunday.within(day, 28):
                events[user] += n_events
        return ratio(max(events.values(), default=None), events.total())

    # ------------------------------------------------------------ engagement

    @cached_property
    def activities(self) -> list[Row]:
        """Activities with the occasion and the person of each, less those that say nothing."""
        rows = [Row(**vars(row)) for row in self.rows("crm__activities")]
        by_time = defaultdict(list)
        for row in rows:
            day = row.activity_type == "qbr"
            row.time = (row.activity_type, day_of(row.occurred_at) if day else row.occurred_at)
            by_time[row.time].append(row)
        for row in rows:
            named = [
                (other.known_date, other.occasion_id)
                for other in by_time[row.time]
                if other.occasion_id and other.known_date <= row.known_date
            ]
            row.occasion = row.occasion_id or (min(named)[1] if named else row.time)
            row.person = row.contact_id or ("somebody", row.activity_id)

        def says_nothing(row: Row) -> bool:
            return (
                row.activity_type in INVITATIONS
                and row.attendance is None
                and any(
                    other.known_date <= row.known_date
                    and other.occasion == row.occasion
                    and (
                        (other.person == row.person and other.attendance is not None)
                        or (row.contact_id is None and other.contact_id is not None)
                    )
                    for other in rows
                )
            )

        return [row for row in rows if not says_nothing(row)]

    @cached_property
    def participations(self) -> list[Row]:
        """What customers took part in: activities they came to, e-mails they answered."""
        found = []
        for row in self.activities:
            if row.activity_type == "email":
                day = day_of(row.answered_at)
            else:
                day = day_of(row.occurred_at) if row.attendance in (None, "attended") else None
            if self.has_come(day):
                found.append(
                    Row(
                        day=day,
                        kind=row.activity_type,
                        contact_id=row.contact_id,
                        occasion=row.occasion,
                    )
                )
        return found

    def took_part(self, kinds: Iterable[str], days: int) -> int:
        """In how many occasions of these kinds of the last days somebody took part."""
        return len(
            {
                row.occasion
                for row in self.participations
                if row.kind in kinds and self.within(row.day, days)
            }
        )

    def engagement(self) -> dict:
        """Metrics of the engagement dimension."""
        emails = defaultdict(list)
        qbrs = defaultdict(bool)
        invitations = defaultdict(list)
        for row in self.activities:
            if row.activity_type == "email" and self.within(row.occurred_at, 90):
                emails[row.occurred_at, row.person].append(row)
            if row.activity_type == "qbr" and self.within(row.occurred_at, 365):
                qbrs[row.occasion] |= row.attendance in (None, "attended")
            if row.activity_type in INVITATIONS and self.within(row.occurred_at, 90):
                invitations[row.occasion, row.person].append(row)
        first_known = {}
        for row in sorted(self.activities, key=lambda row: (row.known_date, row.occurred_at)):
            first_known.setdefault(row.occasion, day_of(row.occurred_at))
        last_qbr_day = max((first_known[occasion] for occasion in qbrs), default=None)

        def share_of_sent(*actions: str) -> float | None:
            return mean(
                any(self.has_come(getattr(row, action)) for row in rows for action in actions)
                for rows in emails.values()
            )

        return {
            "touchpoints_90d": self.took_part(TOUCHPOINTS, 90),
            "days_since_last_touchpoint": min(
                (
                    (self.day - row.day).days
                    for row in self.participations
                    if row.kind in TOUCHPOINTS
                ),
                default=None,
            ),
            "is_last_qbr_attended": float(
                any(
                    attended
                    for occasion, attended in qbrs.items()
                    if first_known[occasion] == last_qbr_day
                )
            )
            if qbrs
            else None,
            "qbr_attendance_share_12m": mean(qbrs.values()),
            "trainings_attended_180d": self.took_part(["training"], 180),
            "webinars_attended_180d": self.took_part(["webinar"], 180),
            "email_open_rate_90d": share_of_sent("opened_at", "clicked_at", "answered_at"),
            "email_click_rate_90d": share_of_sent("clicked_at"),
            "email_answer_rate_90d": share_of_sent("answered_at"),
            "avg_response_hours_90d": mean(
                hours(sent, answered)
                for (sent, _), rows in emails.items()
                for answered in {row.answered_at for row in rows if self.has_come(row.answered_at)}
                if answered >= sent
            ),
            "community_posts_90d": self.took_part(["community_post"], 90),
            "meeting_decline_rate_90d": mean(
                all(row.attendance in ("declined", "no_show") for row in rows)
                for rows in invitations.values()
            ),
            "emails_sent_90d": len(emails),
        }

    # ------------------------------------------------------------ sentiment

    def answers(self, survey_type: str | None, days: int, what: str) -> list[float]:
        """What the answers of the last days say, of one kind of survey or of all."""
        return [
            getattr(row, what)
            for row in self.rows("survey__responses")
            if survey_type in (None, row.survey_type)
            and self.within(row.responded_at, days)
            and getattr(row, what) is not None
        ]

    def tone(self, ago: int) -> float | None:
        """Mean tone of the tickets of 90 days."""
        return mean(
            row.sentiment
            for row in self.rows("support__tickets")
            if self.within(row.created_at, 90, ago) and row.sentiment is not None
        )

    def view(self, what: str) -> float | None:
        """The account owner's last view that has not expired."""
        return latest(
            [
                row
                for row in self.rows("crm__csm_assessments")
                if self.within(row.assessed_at, int(THRESHOLDS["assessment_expiry_days"]))
            ],
            "assessed_at",
            what,
        )

    def tone_trend(self) -> float | None:
        """Tone of the tickets of 90 days less that of the 90 days before."""
        now, before = self.tone(0), self.tone(90)
        if now is not None and before is not None:
            return now - before
        has_both = all(
            any(self.within(row.created_at, 90, ago) for row in self.rows("support__tickets"))
            for ago in (0, 90)
        )
        return UNKNOWABLE if has_both else None

    def sentiment(self) -> dict:
        """Metrics of the sentiment dimension."""
        nps = [
            row
            for row in self.rows("survey__responses")
            if row.survey_type == "nps"
            and row.score is not None
            and self.has_come(row.responded_at)
        ]
        valid = int(THRESHOLDS["nps_expiry_days"])
        return {
            "nps_latest": latest(
                [row for row in nps if self.within(row.responded_at, valid)],
                "responded_at",
                "score",
            ),
            "nps_age_days": min(
                ((self.day - day_of(row.responded_at)).days for row in nps), default=None
            ),
            "csat_avg_90d": mean(self.answers("csat", 90, "score")),
            "ces_avg_180d": mean(self.answers("ces", 180, "score")),
            "pulse_avg_90d": mean(self.answers("pulse", 90, "score")),
            "feedback_sentiment_180d": mean(self.answers(None, 180, "sentiment")),
            "csm_rating_latest": self.view("csm_rating"),
            "ticket_sentiment_trend_90d": self.tone_trend(),
        }

    # ------------------------------------------------------------ relationship

    @cached_property
    def contacts(self) -> list[Row]:
        """Contacts who have not left."""
        return [row for row in self.rows("crm__contacts") if not self.has_come(row.left_at)]

    def holders(self, role: str) -> set[str]:
        """Contacts in a role on the day."""
        gone = {
            row.contact_id
            for row in self.staged.by_account["crm__contacts"][self.account_id]
            if self.has_come(row.left_at)
        }
        return {
            row.contact_id
            for row in self.rows("crm__contact_roles")
            if row.role == role and not self.has_come(row.end_date)
        } - gone

    def have_taken_part(self, contacts: set[str], days: int) -> int | None:
        """One if any of these contacts took part in something in the last days."""
        return int(
            any(
                row.contact_id in contacts and self.within(row.day, days)
                for row in self.participations
            )
        )

    def champion_risk(self) -> float | None:
        """Mean of the known parts; 1 if the champion has gone and nobody took the place."""
        champions = self.holders("champion")
        if not champions:
            had_one = any(row.role == "champion" for row in self.rows("crm__contact_roles"))
            return 1 if had_one else None
        theirs = [row for row in self.activities if row.contact_id in champions]

        def answer_hours(ago: int) -> float | None:
            return mean(
                hours(row.occurred_at, row.answered_at)
                for row in theirs
                if row.activity_type == "email"
                and self.within(row.answered_at, 90, ago)
                and row.answered_at >= row.occurred_at
            )

        parts = []
        if self.is_connected("signals_job_changes", 0):
            parts.append(
                any(
                    row.signal_type == "champion_job_change" and self.within(row.occurred_at, 90)
                    for row in self.rows("signals__account_signals")
                )
            )
        now, before = answer_hours(0), answer_hours(90)
        if now is not None and before:
            parts.append(min(max(now / before - 1, 0), 1))
        came = defaultdict(bool)
        for row in theirs:
            if row.activity_type in INVITATIONS and self.within(row.occurred_at, 90):
                came[row.occasion, row.person] |= row.attendance in (None, "attended")
        if came and self.is_connected("crm_attendances", 0):
            parts.append(1 - fmean(came.values()))
        tone_trend = self.published("sentiment")["ticket_sentiment_trend_90d"]
        if tone_trend is not None:
            parts.append(min(max(-tone_trend, 0), 1))
        return UNKNOWABLE if not parts else fmean(parts)

    def relationship(self) -> dict:
        """Metrics of the relationship dimension."""
        sponsors, champions = self.holders("executive_sponsor"), self.holders("champion")
        active_days = int(THRESHOLDS["champion_active_days"])
        who = [row.contact_id for row in self.participations if self.within(row.day, 90)]
        # if nobody who took part has a name, nobody can say who did not
        who_is_known = UNKNOWABLE if who and not any(who) else 0
        who = set(who) - {None}
        return {
            "has_executive_sponsor": int(bool(sponsors)),
            "is_sponsor_engaged_90d": self.have_taken_part(sponsors, 90) or who_is_known,
            "is_champion_active": self.have_taken_part(champions, active_days) or who_is_known,
            "champion_risk": self.champion_risk(),
            "contacts_known": len(self.contacts),
            "contact_departments": len({row.department for row in self.contacts} - {None})
            or (UNKNOWABLE if self.contacts else 0),
            "engaged_contacts_90d": len(who) or who_is_known,
            "relationship_depth_latest": self.view("relationship_depth"),
        }

    # ------------------------------------------------------------ support

    def is_open(self, ticket: Row) -> bool:
        """Open until resolved, and again from a later re-opening on."""
        if not self.has_come(ticket.resolved_at):
            return True
        return self.has_come(ticket.reopened_at) and ticket.reopened_at > ticket.resolved_at

    def support(self) -> dict:
        """Metrics of the support dimension; all unknowable where the desk lists others only."""
        listed = self.staged.tables["support__organizations"]
        listed = [row.account_id for row in listed if row.known_date <= self.day]
        if listed and self.account_id not in listed:
            return {name: UNKNOWABLE for name, row in METRICS.items() if row.dimension == "support"}

        tickets = self.rows("support__tickets")
        new = [row for row in tickets if self.within(row.created_at, 90)]
        people = self.published("usage")["active_users_28d"] or self.contract.seats

        # by the time a ticket is resolved, an undated flag must be set
        escalated = [
            row.escalated_at or (row.resolved_at if row.is_escalated else None) for row in tickets
        ]
        has_priorities = any(row.priority for row in new)
        # of tickets that were, what is not recorded is unknown; of none there is nothing to record
        unrecorded = (
            UNKNOWABLE if any(self.within(row.resolved_at, 90) for row in tickets) else None
        )

        def mean_hours(event: str) -> float | None:
            return mean(
                hours(row.created_at, getattr(row, event))
                for row in tickets
                if self.within(getattr(row, event), 90) and getattr(row, event) >= row.created_at
            )

        def n_open(priority: str) -> int:
            n_open = sum(row.priority == priority and self.is_open(row) for row in tickets)
            return n_open or (UNKNOWABLE if new and not has_priorities else 0)

        return {
            "tickets_per_100_users_90d": 100 * len(new) / people if people else UNKNOWABLE,
            "open_tickets": sum(self.is_open(row) for row in tickets),
            "open_p1_tickets": n_open("p1"),
            "open_p2_tickets": n_open("p2"),
            "severe_ticket_share_90d": UNKNOWABLE
            if new and not has_priorities
            else mean(row.priority in ("p1", "p2") for row in new if row.priority),
            "avg_resolution_hours_90d": mean_hours("resolved_at"),
            "avg_first_response_hours_90d": unrecorded
            if (hours_to_answer := mean_hours("first_response_at")) is None
            else hours_to_answer,
            "reopen_rate_90d": ratio(
                sum(self.within(row.reopened_at, 90) for row in tickets), len(new)
            ),
            "escalations_90d": sum(self.within(moment, 90) for moment in escalated),
            "csat_after_resolution_90d": mean(
                row.csat_score
                for row in tickets
                if row.csat_score is not None and self.within(row.csat_at or row.resolved_at, 90)
            )
            or unrecorded,
        }

    # ------------------------------------------------------------ value

    def value(self) -> dict:
        """Metrics of the value dimension."""
        tenure, start = self.contract.tenure_days, self.contract.first_contract_date
        goals, milestones = self.rows("crm__goals"), self.rows("crm__milestones")

        def achieved_share(rows: list[Row], due: str, reached: str) -> float | None:
            come = [
                self.has_come(getattr(row, reached))
                for row in rows
                if self.has_come(getattr(row, due)) or self.has_come(getattr(row, reached))
            ]
            return mean(come)

        def days_reached(kind: str) -> list[int]:
            return [
                (row.reached_date - start).days
                for row in milestones
                if row.milestone_type == kind and self.has_come(row.reached_date)
            ]

        kept = {row.milestone_type for row in milestones}

        def unless_kept(rows: Iterable, otherwise: float | None) -> float | None:
            return otherwise if rows else UNKNOWABLE

        def while_open(kind: str, threshold: str, late: float) -> float | None:
            """What is said of a milestone not reached: unknown for accounts without its kind."""
            return unless_kept({kind} & kept, late if tenure > THRESHOLDS[threshold] else None)

        first_value, onboarded = days_reached("first_value"), days_reached("onboarding_complete")
        measured = [
            row.measured_value
            for row in goals
            if self.within(row.measured_at, 365) and row.measured_value is not None
        ]
        people = self.published("usage")["active_users_28d"]
        return self.own_measures() | {
            "goals_achieved_share": unless_kept(
                goals, achieved_share(goals, "due_date", "achieved_date")
            ),
            "roi_ratio": ratio(sum(measured), self.contract.arr_in_contract_currency)
            if measured
            else None,
            "use_cases_live": unless_kept(milestones, len(days_reached("use_case_live"))),
            "milestones_reached_share": unless_kept(
                milestones, achieved_share(milestones, "planned_date", "reached_date")
            ),
            "days_to_first_value": max(min(first_value), 0)
            if first_value
            else while_open("first_value", "first_value_days", tenure),
            "is_onboarded_in_time": int(min(onboarded) <= THRESHOLDS["onboarding_days"])
            if onboarded
            else while_open("onboarding_complete", "onboarding_days", 0),
            "integrations_in_time": while_open(
                "integration_live",
                "integration_days",
                sum(
                    days <= THRESHOLDS["integration_days"]
                    for days in days_reached("integration_live")
                ),
            ),
            "has_active_users_goal": None
            if people is None
            else int(people >= THRESHOLDS["active_users_goal"]),
        }

    def own_measures(self) -> dict:
        """Metrics of what the product measures of itself."""
        rows = self.rows("product__measures")

        def values(measure: str) -> list[float]:
            return [
                row.measured_value
                for row in rows
                if row.measure == measure and self.within(row.measured_date, 28)
            ]

        def total(measure: str) -> float | None:
            """None counts as nothing measured, but is unknown if it never was."""
            if not any(row.measure == measure for row in rows):
                return UNKNOWABLE
            return sum(values(measure)) or None

        def rate(part: str, whole: str) -> float | None:
            of_whole = total(whole)
            return of_whole if of_whole is UNKNOWABLE else ratio(sum(values(part)), of_whole)

        return {
            "api_calls_28d": total("api_calls"),
            "api_error_rate_28d": rate("api_errors", "api_calls"),
            "api_latency_ms_28d": mean(values("api_latency_ms")),
            "listings_28d": total("listings"),
            "listing_fill_rate_28d": rate("listings_filled", "listings"),
            "search_success_rate_28d": rate("successful_searches", "searches"),
            "orders_28d": total("orders"),
            "dispute_rate_28d": rate("disputes", "orders"),
        }

    # ------------------------------------------------------------ financial

    def arr_before(self) -> float | None:
        """ARR of 365 days before, or of the first day since."""
        for days_ago in range(365, 0, -1):
            before = AsOf(self.staged, self.account_id, self.day - timedelta(days=days_ago))
            if before.contract:
                return before.contract.arr
        return self.contract.arr

    def financial(self) -> dict:
        """Metrics of the financial dimension."""
        invoices = [row for row in self.rows("billing__invoices") if not row.is_void]
        owed = [row for row in invoices if row.is_owed]
        days_over = [
            (self.day - row.due_date).days for row in owed if not self.has_come(row.paid_date)
        ]
        overdue = [days for days in days_over if days > 0]
        worst = max(overdue, default=0)
        status = 2 if worst > THRESHOLDS["payment_past_due_days"] else 1 if worst else 0
        arr, before = self.contract.arr, self.arr_before()
        gain = None if arr is None or before is None else arr - before
        start, end = self.contract.term_start_date, self.contract.term_end_date
        renewal = self.contract.renewal_date
        effects = {row.signal_type: row.budget_effect for row in policy("signal_types")}
        return {
            "payment_status_code": status if invoices else None,
            "avg_days_late_12m": mean(
                max((row.paid_date - row.due_date).days, 0)
                for row in owed
                if self.within(row.paid_date, 365)
            ),
            "overdue_invoices": len(overdue),
            "expansion_share_12m": ratio(None if gain is None else max(gain, 0), before),
            "contraction_share_12m": ratio(None if gain is None else max(-gain, 0), before),
            # half a month up
            "contract_months": int((end - start).days / 30.4375 + 0.5) if end else 1,
            "commitment_90d": 1
            if renewal is None or ((end - start).days <= 92 and (renewal - self.day).days <= 92)
            else 2
            if renewal > self.day + timedelta(days=90)
            else 0,
            "budget_signal_180d": sum(
                effects[row.signal_type]
                for row in self.rows("signals__account_signals")
                if self.within(row.occurred_at, 180)
            ),
        }

    # ------------------------------------------------------------ as published, and scored

    def is_connected(self, feeds: str, days: int) -> bool:
        """Whether a feed, or each of several, is connected, and recorded for so many days."""
        names = feeds.split("+")
        if not all(self.staged.connected_from.get(name, date.max) <= self.day for name in names):
            return False
        recorded = [self.staged.recorded_from(name) for name in names]
        return all((self.day - first).days >= days for first in recorded)

    def is_warm(self, feed: str, days: int) -> bool:
        """Whether a feed has been connected, and the account a customer, for so many days."""
        return self.is_connected(feed, days) and self.contract.tenure_days >= days

    def published(self, dimension: str) -> dict[str, float | None]:
        """Metrics of a dimension with what the policy says where nothing was measured."""
        return {
            name: None if value is NOT_APPLICABLE else value
            for name, value in self.judged(dimension).items()
        }

    def judged(self, dimension: str) -> dict:
        """The same, with what is not applicable told from what is unknown."""
        if dimension not in self.by_dimension:
            found = {}
            for name, value in getattr(self, dimension)().items():
                rule = METRICS[name]
                if value is UNKNOWABLE or not self.is_warm(rule.feed, rule.warm_up_days):
                    found[name] = None
                elif value is None:
                    found[name] = {"zero": 0, "not_applicable": NOT_APPLICABLE}.get(
                        rule.when_absent
                    )
                else:
                    found[name] = value
            self.by_dimension[dimension] = found
        return self.by_dimension[dimension]

    def metric_score(self, metric: str) -> float | None:
        """0 to 100 by the policy's most specific curve."""
        value, rule = self.published(METRICS[metric].dimension)[metric], METRICS[metric]
        if value is None or not rule.weight:
            return None
        curve = next(
            sorted(CURVES[metric, segment, stage])
            for segment, stage in (
                (self.segment, self.stage),
                ("all", self.stage),
                (self.segment, "all"),
                ("all", "all"),
            )
            if (metric, segment, stage) in CURVES
        )
        if value <= curve[0][0]:
            return curve[0][1]
        for (left, low), (right, high) in pairwise(curve):
            if value < right:
                return (
                    low
                    if rule.shape == "steps"
                    else low + (high - low) * (value - left) / (right - left)
                )
        return curve[-1][1]

    @cached_property
    def dimensions(self) -> dict[str, Row]:
        """Score of each dimension, and the shares of its weight that are known and connected."""
        found = {}
        for dimension in DIMENSIONS:
            rules = [row for row in METRICS.values() if row.dimension == dimension]
            whole = sum(row.weight for row in rules)
            known = {
                row.metric: (row.weight, score)
                for row in rules
                if (score := self.metric_score(row.metric)) is not None
            }
            weight = sum(weight for weight, _ in known.values())
            connected = sum(
                row.weight for row in rules if self.is_connected(row.feed, row.warm_up_days)
            )
            judged = self.judged(dimension)
            applicable = connected - sum(
                row.weight for row in rules if judged[row.metric] is NOT_APPLICABLE
            )
            found[dimension] = Row(
                score=ratio(sum(weight * score for weight, score in known.values()), weight),
                # what is not applicable leaves its weight to the rest of what is connected
                coverage=(ratio(weight, applicable) or 0) * connected / whole,
                connected=connected / whole,
                is_not_applicable=connected > 0 and not applicable,
            )
        return found


def health(
    account: AsOf,
    everybody: list[AsOf],
    scorecard: Row,
    weights: dict[str, float],
    bands: list[Row],
) -> Row:
    """Score of an account among all that are scored on the day, by weights of dimensions."""
    peers = [
        other
        for other in everybody
        if (other.segment, other.stage) == (account.segment, account.stage)
    ]
    parts, low, high, known, applicable, left, n_imputed = [], 0, 0, 0, 0, 0, 0
    for dimension, weight in weights.items():
        own = account.dimensions[dimension]
        known += weight * own.coverage
        if not own.connected or own.is_not_applicable:
            continue
        applicable += weight * own.connected
        # a dimension of which little is connected counts in part
        weight *= min(1, own.connected / THRESHOLDS["minimum_dimension_connected_share"])
        left += weight
        sure = own.coverage / own.connected
        low += weight * sure * (own.score or 0)
        high += weight * (sure * (own.score or 0) + (1 - sure) * 100)
        score = own.score
        if score is None and scorecard.missing_dimensions == "impute":
            for group, at_least in ((peers, THRESHOLDS["minimum_peer_accounts"]), (everybody, 1)):
                scores = [other.dimensions[dimension].score for other in group]
                scores = [other for other in scores if other is not None]
                if len(scores) >= at_least:
                    score = median(scores)
                    break
            n_imputed += score is not None
        if score is not None:
            parts.append((weight, score))
    if not any(account.dimensions[dimension].score is not None for dimension in weights):
        return Row(score=None, band="insufficient data", account_coverage=0)
    exact = sum(weight * score for weight, score in parts) / sum(weight for weight, _ in parts)
    coverage = known / applicable
    band = next(
        row.band
        for row in bands
        if row.lower_bound <= round(exact, 1)
        and (round(exact, 1) < row.upper_bound or row.upper_bound == 100)
    )
    enough = coverage > THRESHOLDS["minimum_coverage_share"] - 1e-9
    return Row(
        score=exact,
        band=band if enough else "insufficient data",
        account_coverage=coverage,
        low=low / left,
        high=high / left,
        n_imputed=n_imputed,
    )


# ---------------------------------------------------------------------- the comparison


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    """Rows of a table with their columns as attributes."""
    found = connection.execute(f"select * from {table}")
    columns = [column[0] for column in found.description]
    return [Row(**dict(zip(columns, row, strict=True))) for row in found.fetchall()]


class Comparison:
    """The sample of accounts and days, recomputed and as the models have them."""

    def __init__(self, warehouse: Path):
        """Draw the sample and read what the models say of it."""
        self.staged = Staged(warehouse)
        accounts = sorted(row.account_id for row in self.staged.tables["known_accounts__ids"])
        end = self.staged.tables["calendar__horizon"][0].data_end_date
        days = (end - self.staged.history_from).days
        chance = random.Random(7)
        self.whole_days = sorted(
            end - timedelta(days=ago)
            for ago in {0, days - 20, *chance.sample(range(days), DAYS_OF_ALL_ACCOUNTS - 2)}
        )
        pairs = {(account, day) for account in accounts for day in self.whole_days}
        pairs |= {
            (chance.choice(accounts), end - timedelta(days=chance.randrange(days)))
            for _ in range(DAYS_OF_ONE_ACCOUNT)
        }
        self.naive = {pair: AsOf(self.staged, *pair) for pair in sorted(pairs)}
        self.customers = {pair: naive for pair, naive in self.naive.items() if naive.contract}
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute("create temp table sample (account_id varchar, as_of_date date)")
            connection.executemany("insert into sample values (?, ?)", sorted(pairs))

            def read(relation: str) -> list[Row]:
                found = connection.execute(
                    f"select * from {relation} semi join sample using (account_id, as_of_date)"
                )
                columns = [column[0] for column in found.description]
                return [Row(**dict(zip(columns, row, strict=True))) for row in found.fetchall()]

            def by_pair(relation: str) -> dict[tuple[str, date], Row]:
                return {(row.account_id, row.as_of_date): row for row in read(relation)}

            self.spine = by_pair("intermediate.int_spine__account_days")
            self.metrics = {
                name: by_pair(f"intermediate.int_{name}__metrics") for name in DIMENSIONS
            }
            self.scores = {name: by_pair(f"intermediate.int_{name}__scores") for name in DIMENSIONS}
            self.health = {
                (row.scorecard, row.account_id, row.as_of_date): row
                for row in read("marts.fct_health_scores")
            }
            self.weights = _rows(connection, "intermediate.int_weights__in_force")
            self.fitted_bands = _rows(
                connection, "intermediate.int_bands__in_force where band_rule = 'fitted'"
            )

    def weights_of(self, scorecard: str, account: AsOf) -> dict[str, float]:
        """Weights above 0 that a scorecard has for the account's segment on the day."""
        (in_force,) = (
            row
            for row in self.weights
            if (row.scorecard, row.segment) == (scorecard, account.segment)
            and row.valid_from <= account.day < (row.valid_until or date.max)
        )
        weights = {name: getattr(in_force, f"{name}_weight") for name in DIMENSIONS}
        return {name: weight for name, weight in weights.items() if weight}

    def bands_of(self, scorecard: Row, account: AsOf) -> list[Row]:
        """Bands of a scorecard in the account's place on the day: fitted ones or the policy's."""
        rule = account.band_rule(scorecard.band_set)
        place = (scorecard.scorecard, account.segment, account.stage, account.is_near_renewal)
        return [
            row
            for row in self.fitted_bands
            if (row.scorecard, row.segment, row.lifecycle_stage, row.is_in_renewal_window) == place
            and row.valid_from <= account.day < (row.valid_until or date.max)
        ] or [
            row
            for row in policy("bands")
            if (row.band_set, row.rule, row.applies_to) == (scorecard.band_set, *rule)
        ]

    def differences(self, naive: dict, models: dict, tolerance: float = TOLERANCE) -> list[str]:
        """What the models say otherwise, at most ten lines."""
        assert naive.keys() == models.keys()
        found = []
        for key, expected in naive.items():
            actual = models[key]
            if isinstance(expected, bool | str | date) or None in (expected, actual):
                differs = actual != expected
            else:
                differs = abs(actual - expected) > tolerance
            if differs:
                found.append(f"{key}: the model says {actual}, brute force {expected}")
        return found[:10] + [f"... {len(found)} of {len(naive)}"] * (len(found) > 10)


@pytest.fixture(scope="session")
def comparison(built_demo, tmp_path_factory) -> Comparison:
    """Sample of the demo, built with measures that some accounts have on some days."""
    folder = tmp_path_factory.mktemp("measured")
    shutil.copytree(built_demo.raw, folder / "raw")
    drawn = "hash(account_id, as_of_date, measure)"
    with duckdb.connect(str(built_demo.warehouse), read_only=True) as connection:
        connection.execute(
            f"""
            copy (
                select
                    account_id, as_of_date as measured_date, measure,
                    {drawn} % 50 as measured_value,
                    least(
                        as_of_date + cast({drawn} // 50 % 12 as integer), max(as_of_date) over ()
                    ) as known_at
                from (select distinct account_id, as_of_date from marts.fct_health_scores)
                cross join (select unnest({list(MEASURES.values())}) as measure)
                where hash(account_id, measure) % 3 > 0 and {drawn} // 1000 % 20 = 0
            ) to '{folder}/raw/product/measures.parquet'
            """
        )
    return Comparison(build(folder / "warehouse.duckdb", raw_path=folder / "raw"))


def test_the_sample_has_customers_and_others_and_rows_known_late(comparison):
    assert len(comparison.customers) > 200
    assert len(comparison.customers) < len(comparison.naive)
    late = [
        row
        for row in comparison.staged.tables["product__events"]
        if row.known_date > day_of(row.occurred_at)
    ]
    assert len(late) > 100


def test_the_same_accounts_are_customers_on_the_same_days(comparison):
    assert set(comparison.spine) == set(comparison.customers)


@pytest.mark.parametrize(
    "column",
    [
        "is_in_service",
        "seats",
        "arr",
        "arr_in_contract_currency",
        "term_start_date",
        "term_end_date",
        "renewal_date",
        "committed_arr_share_90d",
        "days_to_renewal",
        "first_contract_date",
        "tenure_days",
    ],
)
def test_contract(comparison, column):
    naive = {pair: getattr(row.contract, column) for pair, row in comparison.customers.items()}
    models = {pair: getattr(row, column) for pair, row in comparison.spine.items()}
    assert comparison.differences(naive, models) == []


def test_segment_and_stage(comparison):
    for column, own in (("segment", "segment"), ("lifecycle_stage", "stage")):
        naive = {pair: getattr(row, own) for pair, row in comparison.customers.items()}
        models = {pair: getattr(row, column) for pair, row in comparison.spine.items()}
        assert comparison.differences(naive, models) == []


@pytest.mark.parametrize("metric", METRICS)
def test_metric(comparison, metric):
    dimension = METRICS[metric].dimension
    naive = {pair: row.published(dimension)[metric] for pair, row in comparison.customers.items()}
    models = {pair: getattr(row, metric) for pair, row in comparison.metrics[dimension].items()}
    assert any(value is not None for value in naive.values()), "the sample says nothing of it"
    assert comparison.differences(naive, models) == []
    naive = {
        pair: row.judged(dimension)[metric] is NOT_APPLICABLE
        for pair, row in comparison.customers.items()
    }
    models = {
        pair: getattr(row, f"{metric}__is_not_applicable")
        for pair, row in comparison.metrics[dimension].items()
    }
    assert comparison.differences(naive, models) == []


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_metric_scores(comparison, dimension):
    for metric in (row.metric for row in METRICS.values() if row.dimension == dimension):
        naive = {pair: row.metric_score(metric) for pair, row in comparison.customers.items()}
        models = {
            pair: getattr(row, f"{metric}__score")
            for pair, row in comparison.scores[dimension].items()
        }
        assert comparison.differences(naive, models, SCORE_TOLERANCE) == [], metric


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_dimension_scores(comparison, dimension):
    for part in ("score", "coverage", "connected", "is_not_applicable"):
        naive = {
            pair: getattr(row.dimensions[dimension], part)
            for pair, row in comparison.customers.items()
        }
        models = {
            pair: getattr(row, f"{dimension}_{part}")
            for pair, row in comparison.scores[dimension].items()
        }
        assert comparison.differences(naive, models, SCORE_TOLERANCE) == [], part


@pytest.mark.parametrize(
    "name", [row.scorecard for row in policy("scorecards") if row.role != "off"]
)
def test_health_scores(comparison, name):
    scorecard = next(row for row in policy("scorecards") if row.scorecard == name)
    naive = {}
    for day in comparison.whole_days:
        everybody = [row for row in comparison.customers.values() if row.day == day]
        naive |= {
            (row.account_id, day): health(
                *(row, everybody, scorecard),
                *(comparison.weights_of(name, row), comparison.bands_of(scorecard, row)),
            )
            for row in everybody
        }
    models = {pair: comparison.health[name, *pair] for pair in naive}
    for column, own, tolerance in (
        # published to one decimal
        ("health_score", "score", 0.05 + SCORE_TOLERANCE),
        ("health_score_low", "low", 0.05 + SCORE_TOLERANCE),
        ("health_score_high", "high", 0.05 + SCORE_TOLERANCE),
        ("account_coverage", "account_coverage", TOLERANCE),
        ("n_dimensions_imputed", "n_imputed", 0),
        ("raw_band", "band", 0),
    ):
        differences = comparison.differences(
            {pair: getattr(row, own) for pair, row in naive.items()},
            {pair: getattr(row, column) for pair, row in models.items()},
            tolerance,
        )
        assert differences == [], column
