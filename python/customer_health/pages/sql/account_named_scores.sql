-- what else is asked of a customer, beside whether it leaves; shares of 1
select
    account_id,
    expansion_opportunity / 100 as expansion,
    expansion_opportunity_low / 100 as expansion_low,
    expansion_opportunity_high / 100 as expansion_high,
    expansion_label,
    expansion_reason,
    expansion_auc,
    advocacy_likelihood / 100 as advocacy,
    advocacy_likelihood_low / 100 as advocacy_low,
    advocacy_likelihood_high / 100 as advocacy_high,
    advocacy_label,
    advocacy_reason,
    advocacy_auc,
    engagement_health,
    value_realisation
from marts.fct_named_scores
