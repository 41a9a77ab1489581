"""The words of each vocabulary that the models read: what a word of a source may be mapped to."""

VOCABULARIES: dict[str, tuple[str, ...]] = {
    "activity_type": ("call", "email", "meeting", "qbr", "training", "webinar", "community_post"),
    "attendance": ("attended", "declined", "no_show"),
    "champion_status": ("active", "at_risk", "missing"),
    "contact_role": ("champion", "executive_sponsor", "decision_maker", "admin", "user", "other"),
    "contract_structure": ("monthly", "annual", "multi_year"),
    "engagement_status": ("active", "lapsed", "none"),
    "feature_type": ("login", "page_view", "feature"),
    "milestone_type": (
        "first_value",
        "onboarding_complete",
        "integration_live",
        "use_case_live",
        "other",
    ),
    "opportunity_type": ("expansion", "renewal", "new_business"),
    "outcome_narrative": ("defensible", "in_development", "missing"),
    "signal_type": (
        "layoffs",
        "funding",
        "acquisition",
        "leadership_change",
        "competitor",
        "champion_job_change",
    ),
    "survey_type": ("nps", "csat", "ces", "pulse"),
    "ticket_priority": ("p1", "p2", "p3", "p4"),
}
