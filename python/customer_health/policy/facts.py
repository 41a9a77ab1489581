"""What triggers and segments can ask about: names of facts, and of those that nobody may."""

# What a trigger can ask about an account's day: columns of the facts of fct_playbook_triggers.
NUMBERS_OF_A_DAY = (
    "health_score",
    "change_30d",
    "change_90d",
    "days_in_band",
    "churn_probability_90d",
    "expected_arr_loss_90d",
    "arr",
    "days_to_renewal",
    "open_p1_tickets",
    "overdue_invoices",
)
# Between what those of a scale lie.
LIMITS_OF_A_DAY = {
    "health_score": (0, 100),
    "change_30d": (-100, 100),
    "change_90d": (-100, 100),
    "churn_probability_90d": (0, 1),
}
WORDS_OF_A_DAY = ("band", "momentum", "segment", "lifecycle_stage")
# What accounts can be parted by, beside fields of custom_fields.csv.
NUMBERS_OF_AN_ACCOUNT = ("employees", "arr", "term_days")
TEXTS_OF_AN_ACCOUNT = (
    "plan",
    "industry",
    "region",
    "use_case",
    "deployment_model",
    "lifecycle_stage",
)
# Words in the names of columns with a person's data.
PERSONAL_WORDS = {
    *("name", "firstname", "lastname", "fullname", "surname", "username"),
    *("email", "mail", "phone", "telephone", "mobile", "fax", "address", "street", "linkedin"),
    *("birthday", "birthdate", "birth", "gender", "ssn", "passport", "iban"),
}
# What is known of a day before it is scored.
FACTS_WITHOUT_A_SCORE = (
    "arr",
    "days_to_renewal",
    "open_p1_tickets",
    "overdue_invoices",
    "segment",
    "lifecycle_stage",
)
