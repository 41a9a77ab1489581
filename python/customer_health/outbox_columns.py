"""The columns of `sync_crm__account_health` that a CRM may be sent."""

ACCOUNT_KEY = "crm_account_id"
ACCOUNT_COLUMNS = (
    ACCOUNT_KEY,
    "customer_status",
    "health_score",
    "band",
    "effective_band",
    "momentum",
    "change_30d",
    "confidence",
    "tier",
    "churn_probability_90d",
    "expected_arr_loss_90d",
    "reason_1",
    "reason_2",
    "reason_3",
    "alert",
    "not_scored_reason",
    "as_of_date",
)
