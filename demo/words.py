"""Made-up words: company and people names, vocabularies and the feature catalogue."""

from __future__ import annotations

from typing import NamedTuple

STEMS = """Alder Amber Arbor Atlas Aurora Baltic Beacon Birch Boreal Bridge Bright Cascade Cedar
Cinder Citadel Clear Cobalt Comet Copper Coral Crest Delta Drift Eagle Ember Evergreen Falcon Fjord
Forge Gale Garnet Glacier Granite Harbor Hazel Helio Horizon Indigo Iron Juniper Kestrel Keystone
Lagoon Lantern Larch Linden Lumen Lunar Maple Marble Meadow Meridian Mistral Nimbus North Nova Oak
Onyx Opal Orchard Orion Osprey Pacific Paragon Pine Pioneer Polar Prairie Quartz Quill Raven Redwood
Ridge River Rowan Saffron Sage Sequoia Sierra Silver Solstice Sparrow Spruce Sterling Stone Summit
Tamarack Teal Terra Thistle Tidal Timber Topaz Trident Umbra Vale Vanguard Vector Verdant Violet
Vista Walnut Willow Zenith Zephyr Müller Söderberg Lefèvre Núñez Łódź Køge Châtelet Gómez Brønd
Weiß""".split()
TRADES = """Logistics Systems Foods Health Energy Analytics Partners Industries Labs Media Retail
Robotics Software Bank Insurance Motors Pharma Materials Aviation Textiles Telecom Security Design
Education Works Networks Devices Capital Freight Packaging Travel Clinics""".split()
FORMS = ("Inc", "Ltd", "GmbH", "Group", "AG", "LLC", "SA", "Co", "BV", "AB")
FIRST_NAMES = """
Ada Adam Aisha Alba Amir Ana Anton Aria Ben Bianca Carla Chen Clara Dana David Diego Elena Emil
Eva Farid Felix Fiona Gita Grace Hana Hugo Ida Igor Ines Ivan Jana Jonas Julia Kai Karim Lars
Laura Leo Lina Luca Maja Marco Maria Mei Mila Nadia Nina Noah Nora Olga Omar Oscar Paula Petra
Priya Rafael Ravi Rita Rosa Samir Sara Sofia Sven Tara Theo Tomas Uma Vera Victor Wei Yara Yusuf
Zoe
""".split()
LAST_NAMES = """Abbott Adler Ahmed Alves Anders Baker Baros Becker Berg Blake Bruno Castro Chan Cole
Costa Cruz Dahl Diaz Drake Eder Egan Evans Farah Fischer Flores Ford Gallo Garcia Gray Haas Hansen
Hayes Hill Ito Jansen Jones Kaur Keller Khan Kim Klein Kovac Lane Lang Lee Lima Lopez Lund Marsh
Martin Mehta Meyer Moreau Nagy Novak Ortiz Park Patel Petit Price Quinn Ramos Reed Rossi Sato Shah
Silva Singh Stone Tan Torres Vogel Wagner Wang Weber Wolf Wood Young Zhang""".split()

INDUSTRIES = (
    "Software", "Financial Services", "Healthcare", "Manufacturing", "Retail", "Logistics",
    "Education", "Media", "Energy", "Public Sector",
)  # fmt: skip
REGIONS = ("North America", "EMEA", "APAC", "LATAM")
REGION_SHARES = (0.45, 0.35, 0.13, 0.07)
REGION_UTC_HOURS = (-6, 1, 8, -3)
PLANS = ("starter", "professional", "enterprise")
PLAN_PRICES = (420.0, 720.0, 1080.0)  # USD per seat and year
DEPLOYMENTS = ("cloud", "hybrid", "on_premise")
USE_CASES = ("reporting", "workflow", "collaboration", "compliance", "planning")
DEPARTMENTS = ("IT", "Operations", "Finance", "Sales", "Marketing", "HR", "Support", "Product")
CURRENCIES = ("USD", "EUR", "GBP")

GOALS = (
    "Cut reporting time by half", "Automate approvals", "Retire the spreadsheet",
    "Onboard a second department", "Shorten the monthly close", "Fewer manual errors",
)  # fmt: skip
REFERENCES = ("reference_call", "review", "case_study", "referral", "testimonial", "speaker")
SUBJECTS = (
    "Cannot sign in", "Report does not load", "Question about an invoice", "Import fails",
    "Slow dashboard", "How do I share a view?", "Integration stopped", "Wrong totals in export",
)  # fmt: skip
BAD_COMMENTS = (
    "Too slow for us.",
    "Support did not help.",
    "We hardly use it.",
    "Hard to justify.",
)
FAIR_COMMENTS = ("Does the job.", "Fine, could be simpler.", "Some parts are good.")
GOOD_COMMENTS = ("Very happy with it.", "The team loves it.", "Saves us hours.", "Great support.")


class Feature(NamedTuple):
    """An event name of the product; `popularity` is its relative weight among features."""

    event_name: str
    feature_id: str
    feature_name: str
    feature_type: str = "feature"
    is_core: bool = False
    is_key: bool = False
    popularity: float = 1.0


FEATURES = (
    Feature("login", "login", "Login", "login"),
    Feature("page_view", "page_view", "Page view", "page_view"),
    Feature("dashboard_view", "dashboards", "Dashboards", "feature", True, False, 9.0),
    Feature("report_run", "reports", "Reports", "feature", True, True, 7.0),
    Feature("record_create", "record_create", "Create records", "feature", True, False, 8.0),
    Feature("record_update", "record_update", "Update records", "feature", True, False, 8.0),
    Feature("search_run", "search", "Search", "feature", True, False, 7.0),
    Feature("workflow_run", "workflows", "Workflows", "feature", True, True, 4.0),
    Feature("comment_add", "comments", "Comments", "feature", True, False, 5.0),
    Feature("task_complete", "tasks", "Tasks", "feature", True, False, 5.0),
    Feature("api_call", "api", "API", "feature", False, True, 2.0),
    Feature("automation_create", "automations", "Automations", "feature", False, True, 2.0),
    Feature("export_download", "exports", "Exports", popularity=3.0),
    Feature("import_file", "imports", "Imports", popularity=1.5),
    Feature("share_link", "sharing", "Sharing", popularity=2.0),
    Feature("invite_user", "invitations", "Invitations", popularity=0.7),
    Feature("filter_save", "filters", "Saved filters", popularity=1.5),
    Feature("template_apply", "templates", "Templates"),
    Feature("notification_read", "notifications", "Notifications", popularity=3.0),
    Feature("mobile_open", "mobile", "Mobile app", popularity=2.0),
    Feature("calendar_sync", "calendar", "Calendar"),
    Feature("approval_give", "approvals", "Approvals"),
    Feature("audit_view", "audit", "Audit log", popularity=0.4),
    Feature("settings_change", "settings", "Settings", popularity=0.8),
    Feature("widget_add", "widgets", "Widgets", popularity=0.8),
    Feature("dashboard_open", "dashboards", "Dashboards", "feature", True, False, 0.0),
)
LOGIN, PAGE_VIEW, RENAMED_FROM, FIRST_FEATURE = 0, 1, 2, 2
API_CALL, RENAMED_TO = 10, len(FEATURES) - 1
