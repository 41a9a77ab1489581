"""The policy check lets the committed policy through and names every slip in a copy of it."""

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project import copy_project, dbt, make_demo, query

from customer_health.policy import TABLES, policy_problems, seed_problems
from customer_health.policy.settings import Settings, threshold
from customer_health.policy.thresholds import thresholds_read

POLICY = Path(__file__).parents[2] / "seeds" / "policy"


@pytest.fixture
def policy(tmp_path) -> Path:
    """Give a copy of the committed policy, to break."""
    return Path(shutil.copytree(POLICY, tmp_path / "seeds" / "policy"))


def edit(policy: Path, file: str, before: str, after: str) -> int:
    """Replace a text that is in the file once; give the row it starts in."""
    text = (policy / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file}"
    (policy / file).write_text(text.replace(before, after), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def computed() -> dict[str, list[str]]:
    """Give the metrics of the committed policy as if the models computed just those."""
    metrics: dict[str, list[str]] = {}
    with (POLICY / "metrics.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            metrics.setdefault(row["dimension"], []).append(row["metric"])
    return metrics


def test_the_committed_policy_is_sound():
    assert policy_problems(POLICY, computed()) == ([], [])


def test_the_committed_files_are_the_known_ones():
    assert set(TABLES) <= {path.name for path in POLICY.glob("*.csv")}


def test_the_committed_thresholds_are_those_that_are_read():
    with (POLICY / "thresholds.csv").open(encoding="utf-8") as lines:
        names = {row["threshold"] for row in csv.DictReader(lines)}
    assert names == thresholds_read()


# (file, text to replace, replacement, what the message says, what the mend says).
# The row is that of the replaced text.
BROKEN_ROWS = {
    "unparsable number": (
        "exchange_rates.csv", "EUR,1.08", 'EUR,"1,08"', "rate '1,08' is not a number", "12.5",
    ),
    "not a finite number": (
        "exchange_rates.csv", "EUR,1.08", "EUR,nan", "rate 'nan' is not a number", "12.5",
    ),
    "rate of zero": ("exchange_rates.csv", "EUR,1.08", "EUR,0", "rate 0 is too small", "above 0"),
    "unparsable boolean": (
        "metrics.csv", "stored_gb,usage,product_storage,GB,higher,line,0,unknown,0,leading,true",
        "stored_gb,usage,product_storage,GB,higher,line,0,unknown,0,leading,yes",
        "is_vanity_suspect is 'yes'", "true or false",
    ),
    "fraction where a whole number belongs": (
        "lifecycle_stages.csv", "maturity,365,", "maturity,365.5,", "'365.5' is not a whole", "dec",
    ),
    "empty source": (
        "segments.csv", "enterprise,1000,,,D0 model segmentation by company size",
        "enterprise,1000,,,", "source is empty", "project default",
    ),
    "empty id": ("bands.csv", "d3,default,,red,", "d3,default,,,", "band is empty", "fill in band"),
    "space after an id": (
        "scorecards.csv", "d0_simple,off", "d0_simple ,off", "'d0_simple ' has a space", "out",
    ),
    "wrong number of fields": (
        "scorecard_weights.csv", "D3 traditional health scoring: business outcomes",
        "D3, business outcomes", "the row has 5 fields, the header 4", "double quotes",
    ),
    "unknown metric": (
        "metric_curves.csv", "ces_avg_180d,all,all,3,", "ces_avg_180,all,all,3,",
        "metric 'ces_avg_180' is not in metrics.csv", "write 'ces_avg_180d'",
    ),
    "unknown dimension of a metric": (
        "metrics.csv", "stored_gb,usage", "stored_gb,usge",
        "dimension 'usge' is not in dimensions.csv", "write 'usage'",
    ),
    "unknown dimension of a weight": (
        "scorecard_weights.csv", "d2,support", "d2,suport",
        "dimension 'suport' is not in dimensions.csv", "write 'support'",
    ),
    "unknown segment": (
        "metric_curves.csv", "touchpoints_90d,enterprise,all,0,0",
        "touchpoints_90d,xyz,all,0,0", "segment 'xyz' is not in segments.csv", "use one of smb",
    ),
    "unknown lifecycle stage": (
        "metric_curves.csv", "core_feature_share_28d,all,onboarding,0,0",
        "core_feature_share_28d,all,onbording,0,0",
        "lifecycle_stage 'onbording' is not in lifecycle_stages.csv", "write 'onboarding'",
    ),
    "unknown scorecard": (
        "scorecard_weights.csv", "d0_simple,usage", "do_simple,usage",
        "scorecard 'do_simple' is not in scorecards.csv", "write 'd0_simple'",
    ),
    "unknown band set": (
        "scorecards.csv", "d3,off,expert,,d3,", "d3,off,expert,,d4,",
        "band_set 'd4' is not in bands.csv", "d3",
    ),
    "unknown threshold": (
        "thresholds.csv", "nps_expiry_days,", "nps_expiry_day,",
        "no model reads a threshold 'nps_expiry_day'", "call it 'nps_expiry_days'",
    ),
    "threshold that makes no sense": (
        "thresholds.csv", "renewal_window_days,60", "renewal_window_days,60000",
        "renewal_window_days 60000 makes no sense", "between 0 and 730",
    ),
    "a penalty with which nothing can be fitted": (
        "thresholds.csv", "ridge_penalty,1", "ridge_penalty,0",
        "ridge_penalty 0 makes no sense", "between 0.001",
    ),
    "threshold that is not whole": (
        "thresholds.csv", "renewal_window_days,60", "renewal_window_days,60.5",
        "renewal_window_days 60.5 is not a whole", "without decimals",
    ),
    "threshold that is no column": (
        "thresholds.csv", "nps_expiry_days,", "NPS expiry days,",
        "threshold 'NPS expiry days' is no name for a column", "small letters, digits and _",
    ),
    "threshold of a type that there is not": (
        "thresholds.csv", "nps_expiry_days,180,whole", "nps_expiry_days,180,integer",
        "type 'integer' is not known", "use one of whole, number",
    ),
    "limit that is neither a number nor a threshold": (
        "thresholds.csv", "number,0,rapid_decline_points", "number,0,rapid_decline_point",
        "highest 'rapid_decline_point' is neither", "write 'rapid_decline_points'",
    ),
    "choices that are no numbers": (
        "thresholds.csv", "fit_horizon_days,90,whole,,,30|60|90",
        "fit_horizon_days,90,whole,,,30/60/90", "choices '30/60/90' is no list", "such as 30|60|90",
    ),
    "negative weight of a dimension": (
        "scorecard_weights.csv", "d2,support,10", "d2,support,-10", "weight -10 is outside",
        "at least 0",
    ),
    "negative weight of a metric": (
        "metrics.csv", "pulse 1-5,higher,line,12", "pulse 1-5,higher,line,-12",
        "weight -12 is outside", "at least 0",
    ),
    "unknown role": (
        "scorecards.csv", "equal,challenger", "equal,challanger",
        "role 'challanger' is not known", "write 'challenger'",
    ),
    "unknown way with missing dimensions": (
        "scorecards.csv", "d3,off,expert,,d3,fixed,impute", "d3,off,expert,,d3,fixed,guess",
        "missing_dimensions 'guess' is not known", "impute, renormalise",
    ),
    "gap between bands": (
        "bands.csv", "default,default,,moderate,50,", "default,default,,moderate,50.5,",
        "a gap between upper_bound 50 of row 3 and lower_bound 50.5", "upper_bound of row 3",
    ),
    "overlap of bands": (
        "bands.csv", "default,default,,moderate,50,", "default,default,,moderate,49.9,",
        "an overlap between upper_bound 50 of row 3 and lower_bound 49.9", "same number",
    ),
    "bands do not start at 0": (
        "bands.csv", "d3,default,,red,0,", "d3,default,,red,10,",
        "lowest lower_bound of band_set 'd3' is 10", "to 0",
    ),
    "bands do not end at 100": (
        "bands.csv", "d3,default,,green,80,100", "d3,default,,green,80,99.9",
        "highest upper_bound of band_set 'd3' is 99.9, not 100", "to 100",
    ),
    "empty band": (
        "bands.csv", "d3,default,,green,80,100", "d3,default,,green,100,100",
        "lower_bound 100 is not below upper_bound 100", "larger",
    ),
    "a gap between tiers": (
        "tiers.csv", "2,40,60", "2,41,60", "there is a gap between upper_bound 40", "same number",
    ),
    "a cadence that there is not": (
        "tiers.csv", "biweekly", "fortnightly", "cadence 'fortnightly' is not known", "biweekly",
    ),
    "a playbook that there is not": (
        "triggers.csv", "at_risk,at_risk_intervention", "at_risk,at_risk_interventions",
        "playbook 'at_risk_interventions' is not in playbooks.csv", "at_risk_intervention",
    ),
    "a fact that there is not": (
        "trigger_conditions.csv", "at_risk,health_score", "at_risk,health",
        "fact 'health' is not known", "health_score",
    ),
    "a word compared as a number": (
        "trigger_conditions.csv", "band,is,moderate", "band,below,moderate",
        "band is a word, and comparison is 'below'", "write is",
    ),
    "a band that no rule has": (
        "trigger_conditions.csv", "band,is,moderate", "band,is,modest",
        "value 'modest' is no band", "moderate",
    ),
    "a number compared with a word": (
        "trigger_conditions.csv", "health_score,below,50", "health_score,below,fifty",
        "value 'fifty' is not a number, as health_score is", "12.5",
    ),
    "a number that is something": (
        "trigger_conditions.csv", "health_score,below,50", "health_score,is,50",
        "health_score is a number, and comparison is 'is'", "at_most",
    ),
    "a trigger that never fires": (
        "triggers.csv", "reached_80,expansion", "reached_90,expansion",
        "trigger 'reached_90' has no conditions and would never fire", "trigger_conditions.csv",
    ),
    "an instant trigger that asks for a score": (
        "trigger_conditions.csv", "critical_ticket,open_p1_tickets", "critical_ticket,health_score",
        "health_score is not known at once, and 'critical_ticket' is instant", "is_instant",
    ),
    "a sentence with a fact that there is not": (
        "triggers.csv", "{open_p1_tickets}", "{p1_tickets}",
        "sentence has an unknown placeholder '{p1_tickets}'", "open_p1_tickets",
    ),
    "a sentence with half a brace": (
        "triggers.csv", "{open_p1_tickets}", "{open_p1_tickets",
        "sentence has a brace without its other half", "{arr}",
    ),
    "a rule of bands that there is not": (
        "bands.csv", "contextual,stage,adoption,critical", "contextual,stages,adoption,critical",
        "rule 'stages' is not known", "stage",
    ),
    "bands of a segment that there is not": (
        "bands.csv", "contextual,segment,smb,critical", "contextual,segment,smbs,critical",
        "applies_to 'smbs' is not in segments.csv", "smb",
    ),
    "bands of the renewal window for a segment": (
        "bands.csv", "contextual,renewal,,critical", "contextual,renewal,smb,critical",
        "the rule 'renewal' applies to no 'smb'", "leave applies_to empty",
    ),
    "a band that the default has not": (
        "bands.csv", "contextual,renewal,,moderate", "contextual,renewal,,middling",
        "the rule 'default' has no band 'middling'", "use the names and flags of that rule",
    ),
    "band called insufficient data": (
        "bands.csv", "d3,default,,green", "d3,default,,insufficient data",
        "a word with its own meaning", "another",
    ),
    "gap between segments": (
        "segments.csv", "mid_market,100,", "mid_market,101,", "there is a gap", "same number",
    ),
    "overlap of lifecycle stages": (
        "lifecycle_stages.csv", "adoption,90,", "adoption,89,", "there is an overlap", "same",
    ),
    "segments do not start at 0": (
        "segments.csv", "smb,0,", "smb,1,",
        "the lowest min_value of segmentation 'company_size' is 1, not 0", "to 0",
    ),
    "segments end": (
        "segments.csv", "enterprise,1000,,", "enterprise,1000,5000,",
        "the highest max_value of segmentation 'company_size' is 5000, not open", "leave it empty",
    ),
    "segment called all": (
        "segments.csv", "smb,0", "all,0", "segment 'all' is a word with its own", "another name",
    ),
    "segment of a segmentation that there is not": (
        "segments.csv", "contract_value,over_10k", "contract_values,over_10k",
        "segmentation 'contract_values' is not in segmentations.csv", "write 'contract_value'",
    ),
    "words for a number": (
        "segments.csv", "over_10k,10000.01,100000.01,,", "over_10k,10000.01,100000.01,many,",
        "field arr is a number, and min_value is empty or words are given", "leave words empty",
    ),
    "a number without a limit": (
        "segments.csv", "smb,0,100", "smb,,100", "field employees is a number, and min_value is",
        "fill in min_value",
    ),
    "words with spaces": (
        "segments.csv", "smb,0,100,,", "smb,0,100,a | b,", "words 'a | b' is no list of words", "|",
    ),
    "a field that no account has": (
        "segmentations.csv", "company_size,employees", "company_size,employes",
        "field 'employes' of segmentation 'company_size' is not known", "write 'employees'",
    ),
    "a field with a person's name": (
        "custom_fields.csv", "support_plan,support_plan", "support_plan,Sponsor_Full_Name__c",
        "raw_column 'Sponsor_Full_Name__c' looks like a person's data", "leave the row out",
    ),
    "a field with an address": (
        "custom_fields.csv", "support_plan,support_plan", "billing_email,support_plan",
        "field 'billing_email' looks like a person's data", "leave the row out",
    ),
    "a field that is there already": (
        "custom_fields.csv", "support_plan,support_plan", "region,support_plan",
        "field 'region' is a field that accounts have already", "choose another name",
    ),
    "a raw column that cannot be": (
        "custom_fields.csv", "support_plan,support_plan", "support_plan,support;plan",
        "raw_column 'support;plan' is no name of a raw column", "write what its system calls it",
    ),
    "a type that there is not": (
        "custom_fields.csv", "annual_revenue,number", "annual_revenue,decimal",
        "type 'decimal' is not known", "use one of text, number, date",
    ),
    "score out of range": (
        "metric_curves.csv", "top_user_share_4w,smb,all,1,20", "top_user_share_4w,smb,all,1,120",
        "score 120 is outside", "between 0 and 100",
    ),
    "rising curve of a metric that should be low": (
        "metric_curves.csv", "open_p2_tickets,all,all,0,100", "open_p2_tickets,all,all,9,100",
        "rises from score 0 (row 124) to 100, but direction in metrics.csv is 'lower'", "score",
    ),
    "falling curve of a metric that should be high": (
        "metric_curves.csv", "nps_latest,all,all,7,70", "nps_latest,all,all,7,30",
        "falls from score 35 (row 75) to 30, but direction in metrics.csv is 'higher'", "score",
    ),
    "unknown direction": (
        "metrics.csv", "GB,higher", "GB,up", "direction 'up' is not known", "higher, lower, range",
    ),
    "unknown shape": (
        "metrics.csv", "GB,higher,line", "GB,higher,curve", "shape 'curve' is not", "line, steps",
    ),
    "unknown when_absent": (
        "metrics.csv", "GB,higher,line,0,unknown", "GB,higher,line,0,none",
        "when_absent 'none' is not known", "zero, unknown, not_applicable",
    ),
    "a sentence with a placeholder that there is not": (
        "metrics.csv", "in 90 days, answered e-mails included: {value}", "in 90 days: {valeu}",
        "sentence has an unknown placeholder '{valeu}'", "write 'value'",
    ),
    "a sentence with a threshold that there is not": (
        "metrics.csv", "within {onboarding_days} days", "within {onbording_days} days",
        "unknown placeholder '{onbording_days}'", "write 'onboarding_days'",
    ),
    "a sentence with half a placeholder": (
        "metrics.csv", "Use cases live: {value}", "Use cases live: {value} {",
        "sentence has a brace without its other half", "write {value}",
    ),
    "a sentence without the value": (
        "metrics.csv", "Use cases live: {value}", "Use cases live",
        "sentence does not say the value", "write {value} where",
    ),
    "a sentence with two thresholds": (
        "metrics.csv", "within {integration_days} days", "{integration_days} {onboarding_days}",
        "sentence names more than one threshold", "name one at most",
    ),
    "a metric without a sentence": (
        "metrics.csv", "Use cases live: {value}", "", "sentence is empty", "fill in sentence",
    ),
    "a metric said by nobody": (
        "metrics.csv", "data,number,Use cases live", "us,number,Use cases live",
        "said_by 'us' is not known", "data, people",
    ),
    "values shown in a way that there is not": (
        "metrics.csv", "data,number,Use cases live", "data,numbers,Use cases live",
        "shown_as 'numbers' is no way to show a value", "such as no|yes",
    ),
    "values shown as words of which one is missing": (
        "metrics.csv", "up to date|late|past due", "up to date||past due",
        "shown_as 'up to date||past due' is no way", "such as no|yes",
    ),
    "unknown indicator": (
        "metrics.csv", "GB,higher,line,0,unknown,0,leading", "GB,higher,line,0,unknown,0,early",
        "indicator 'early' is not known", "lagging",
    ),
    "unknown signal type": (
        "signal_types.csv", "layoffs,-1", "layofs,-1", "signal_type 'layofs' is not", "'layoffs'",
    ),
    "dimension without a weighted metric": (
        "dimensions.csv", "financial,financial,",
        "spare,spare,false,Spare,Not computed.,test\nfinancial,financial,",
        "dimension 'spare' has no metric with a weight above 0", "seeds/policy/metrics.csv",
    ),
    "metric without a curve": (
        "metrics.csv", "stored_gb,usage,product_storage,GB,higher,line,0",
        "stored_gb,usage,product_storage,GB,higher,line,2",
        "metric 'stored_gb' has a weight but no curve", "metric_curves.csv",
    ),
    "scorecard without weights": (
        "scorecards.csv", "d0_simple,off",
        "empty,off,expert,,default,fixed,impute,,None,test\nd0_simple,off",
        "scorecard 'empty' has no weights", "seeds/policy/scorecard_weights.csv",
    ),
    "unknown method": (
        "scorecards.csv", "regression,challenger,regression,", "regression,challenger,ridge,",
        "method 'ridge' is not known", "use one of expert, equal, correlation, regression",
    ),
    "fitted scorecard that starts from nothing": (
        "scorecards.csv", "production,correlation,expert_default,", "production,correlation,,",
        "scorecard 'correlation' of method correlation has no starts_from",
        "use one of expert_default",
    ),
    "fitted scorecard that starts from a fitted one": (
        "scorecards.csv", "challenger,regression,expert_default", "challenger,regression,equal",
        "starts_from 'equal' of scorecard 'regression' is no scorecard of method expert",
        "use one of expert_default",
    ),
    "fitted scorecard that starts from a slip": (
        "scorecards.csv", "challenger,equal,expert_default", "challenger,equal,expert_defualt",
        "starts_from 'expert_defualt' of scorecard 'equal' is no", "write 'expert_default'",
    ),
    "expert scorecard that starts from another": (
        "scorecards.csv", "d2,off,expert,", "d2,off,expert,d3",
        "scorecard 'd2' of method expert starts from 'd3'", "leave starts_from empty",
    ),
    "fitted scorecard with weights of its own": (
        "scorecard_weights.csv", "d3,value,30,", "regression,value,30,",
        "scorecard 'regression' has weights of its own", "the method expert in scorecards.csv",
    ),
    "weights of a scorecard whose method has none": (
        "scorecard_weights.csv", "d3,value,30,", "points,value,30,",
        "scorecard 'points' has weights, and its method points uses none", "take these rows out",
    ),
    "a method without weights that starts from weights": (
        "scorecards.csv", "d3_baseline,off,baseline,", "d3_baseline,off,baseline,expert_default",
        "scorecard 'd3_baseline' of method baseline starts from 'expert_default'",
        "leave starts_from empty",
    ),
    "a percentile of nothing": (
        "scorecards.csv", "percentile,off,percentile,expert_default,",
        "percentile,off,percentile,,",
        "works on the mean of another, and starts_from is empty", "use one of correlation",
    ),
    "a hybrid of what is no mean": (
        "scorecards.csv", "hybrid,off,hybrid,expert_default", "hybrid,off,hybrid,points",
        "works on the mean of another, and starts_from is 'points'", "use one of correlation",
    ),
    "a hybrid of a mean that nobody computes": (
        "scorecards.csv", "hybrid,off,hybrid,expert_default", "hybrid,shadow,hybrid,d0_simple",
        "scorecard 'hybrid' works on the mean of 'd0_simple', which is off",
        "give 'd0_simple' the role shadow or challenger",
    ),
    "points that are to be imputed": (
        "scorecards.csv", "points,off,points,,contextual,fitted,renormalise",
        "points,off,points,,contextual,fitted,impute",
        "scorecard 'points' of method points cannot impute what is unknown",
        "write renormalise in missing_dimensions",
    ),
    "a method of rules without rules": (
        "scorecards.csv", "rag,off,", "lights,off,rules,,rag,fixed,renormalise,,-,test\nrag,off,",
        "scorecard 'lights' of method rules has no rules", "seeds/policy/scoring_rules.csv",
    ),
    "rules of a method that has none": (
        "scoring_rules.csv", "hybrid,nps_latest,below,5,cap", "d2,nps_latest,below,5,cap",
        "scorecard 'd2' has the method expert, which has no rules", "take the row out",
    ),
    "rules of a scorecard that there is not": (
        "scoring_rules.csv", "hybrid,nps_latest,below,5,cap", "hybird,nps_latest,below,5,cap",
        "scorecard 'hybird' is not in scorecards.csv", "write 'hybrid'",
    ),
    "a rule about a metric that there is not": (
        "scoring_rules.csv", "rag,nps_latest,below", "rag,nps_last,below",
        "metric 'nps_last' is not in metrics.csv", "write 'nps_latest'",
    ),
    "a comparison that there is not": (
        "scoring_rules.csv", "rag,nps_latest,below", "rag,nps_latest,<",
        "comparison '<' is not known", "below, at_most, at_least, above",
    ),
    "a colour that there is not": (
        "scoring_rules.csv", "rag,nps_latest,below,5,red", "rag,nps_latest,below,5,amber",
        "result 'amber' is not known", "red, green, points, cap, floor",
    ),
    "points for a traffic light": (
        "scoring_rules.csv", "rag,nps_latest,below,5,red,", "rag,nps_latest,below,5,points,10",
        "result 'points' means nothing to the method rules", "use one of red, green",
    ),
    "a colour with a score": (
        "scoring_rules.csv", "rag,nps_latest,below,5,red,", "rag,nps_latest,below,5,red,10",
        "a rule for red has the score 10", "red_score in thresholds.csv",
    ),
    "points without a number": (
        "scoring_rules.csv", "open_tickets,at_most,0,points,10", "open_tickets,at_most,0,points,",
        "score is empty, and result is 'points'", "a number from 0 to 100",
    ),
    "points below zero": (
        "scoring_rules.csv", "open_tickets,at_most,0,points,10", "open_tickets,at_most,0,points,-5",
        "score -5 is outside", "between 0 and 100",
    ),
    "places with a gap": (
        "percentile_bands.csv", "0.2,0.5,50,69", "0.3,0.5,50,69",
        "there is a gap between to_share 0.2 of row 2 and from_share 0.3", "to the same number",
    ),
    "a higher place that is worth less": (
        "percentile_bands.csv", "0.2,0.5,50,69", "0.2,0.5,50,75",
        "to_score 75 is above from_score 70 of row 4", "lower it",
    ),
    "a place that is worth less the higher it is": (
        "percentile_bands.csv", "0.8,1,90,100", "0.8,1,100,90",
        "from_score 100 is above to_score 90", "swap the two",
    ),
    "horizon without labels": (
        "thresholds.csv", "fit_horizon_days,90", "fit_horizon_days,45",
        "fit_horizon_days 45 is not among", "use one of 30, 60, 90",
    ),
    "months that do not part the year evenly": (
        "thresholds.csv", "refit_months,3", "refit_months,5",
        "refit_months 5 is not among", "use one of 1, 2, 3, 4, 6, 12",
    ),
    "target above 1": (
        "validation_targets.csv", "recall,0.75", "recall,75", "target 75 is outside", "0 and 1",
    ),
    "target of a figure that there is not": (
        "validation_targets.csv", "recall,", "recal,", "figure 'recal' is not", "write 'recall'",
    ),
    "source that fails before it warns": (
        "source_checks.csv", "product,events,4,14", "product,events,14,14",
        "warn_after_days 14 is not below fail_after_days 14", "lower the first",
    ),
    "volume that fails before it warns": (
        "source_checks.csv", "tickets,14,,28,8,30,0.3,", "tickets,14,,28,8,30,0.3,0.4",
        "warn_below_share 0.3 is not above fail_below_share 0.4", "raise the first",
    ),
    "share of the usual volume above 1": (
        "source_checks.csv", "tickets,14,,28,8,30,0.3,", "tickets,14,,28,8,30,30,",
        "warn_below_share 30 is outside", "between 0 and 1",
    ),
    "volume without a share": (
        "source_checks.csv", "tickets,14,,28,8,30,0.3,", "tickets,14,,28,8,30,,",
        "the check of the volume is given in part", "a share below which to warn or fail",
    ),
    "volume without a window": (
        "source_checks.csv", "tickets,14,,28,8,30,0.3,", "tickets,14,,,8,30,0.3,",
        "the check of the volume is given in part", "fill in volume_window_days",
    ),
    "unknown payload column": (
        "sync_fields.csv", "hubspot,companies,band,", "hubspot,companies,bands,",
        "payload_column 'bands' is not known", "write 'band'",
    ),
    "a label for an API name": (
        "sync_fields.csv", "Health_Band__c", "Health Band",
        "'Health Band' is no name of an object or field", "Health_Score__c",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_ROWS)
def test_a_broken_row_is_named_with_its_mend(policy, case):
    file, before, after, what, mend = BROKEN_ROWS[case]
    row = edit(policy, file, before, after)
    errors, warnings = policy_problems(policy)
    assert warnings == []
    named = [e for e in errors if re.match(rf"seeds/policy/{file}, row {row}: ", e)]
    assert any(what in e.split(" Fix: ")[0] and mend in e.split(" Fix: ")[1] for e in named), errors
    assert all(e.endswith(".") for e in errors)


# The message cites several rows, or none: (file, text to replace, replacement, message).
BROKEN_FILES = {
    "a holdout of a critical event": (
        "holdouts.csv", "source\n", "source\npayment_past_due,2026-12-01,0.2,ours\n",
        "holdouts.csv, row 2: 'payment_past_due' is instant, and critical events are never held"
        " out. Fix: take the row out.",
    ),
    "a holdout of what the pages show all the same": (
        "holdouts.csv", "source\n", "source\nrapid_decline,2026-12-01,0.2,ours\n",
        "holdouts.csv, row 2: 'rapid_decline' fires when the score falls, and pages and CRM show a"
        " fall whether or not its trigger is held out. Fix: take the row out.",
    ),
    "a holdout of nearly all": (
        "holdouts.csv", "source\n", "source\nat_risk,2026-12-01,0.9,ours\n",
        "holdouts.csv, row 2: holdout_share 0.9 is outside what is allowed. Fix: write a number",
    ),
    "no primary segmentation": (
        "segmentations.csv", "company_size,employees,true", "company_size,employees,false",
        "segmentations.csv: no segmentations are primary. Fix: write is_primary true for the one",
    ),
    "two primary segmentations": (
        "segmentations.csv", "contract_value,arr,false", "contract_value,arr,true",
        "segmentations.csv, rows 2, 3: 2 segmentations are primary. Fix:",
    ),
    "weights do not sum to 100": (
        "scorecard_weights.csv", "d0_simple,usage,40", "d0_simple,usage,39.9",
        "scorecard_weights.csv, rows 14, 15, 16, 17: the weights of scorecard 'd0_simple' sum to"
        " 99.9, not to 100. Fix: change these weights so that they sum to 100 (0.1 more).",
    ),
    "two production scorecards": (
        "scorecards.csv", "expert_default,challenger", "expert_default,production",
        "scorecards.csv, rows 2, 3: 2 scorecards have the role production. Fix: give exactly one",
    ),
    "no production scorecard": (
        "scorecards.csv", "correlation,production", "correlation,off",
        "scorecards.csv: no scorecards have the role production. Fix: give exactly one",
    ),
    "the same metric twice": (
        "metrics.csv", "active_users_28d,", "active_users_7d,",
        "metrics.csv, rows 2, 3: metric 'active_users_7d' is there 2 times, and nothing says which"
        " row counts. Fix: keep one",
    ),
    "the same point of a curve twice": (
        "metric_curves.csv", "contract_months,all,all,12,", "contract_months,all,all,1.0,",
        "at_value 1 is there 2 times",
    ),
    "the same weight twice": (
        "scorecard_weights.csv", "d3,engagement,", "d3,usage,",
        "scorecard 'd3', dimension 'usage' is there 2 times",
    ),
    "the same threshold twice": (
        "thresholds.csv", "onboarding_days,", "first_value_days,",
        "threshold 'first_value_days' is there 2 times",
    ),
    "the same band twice": (
        "bands.csv", "d3,default,,yellow,", "d3,default,,red,",
        "band_set 'd3', rule 'default', band 'red' is there 2 times",
    ),
    "the same rule twice": (
        "scoring_rules.csv", "points,active_seat_share_28d,at_least,0.6,points,15",
        "points,active_seat_share_28d,at_least,0.8,points,15",
        "comparison 'at_least', value 0.8, result 'points' is there 2 times",
    ),
    "colours in the wrong order": (
        "thresholds.csv", "amber_score,50,", "amber_score,150,",
        ": amber_score 150 is above green_score 100. Fix: lower amber_score or raise green_score",
    ),
    "a missing threshold": (
        "thresholds.csv", "active_users_goal,", "something_else,",
        "thresholds.csv: the threshold 'active_users_goal' is missing. Fix: add a row",
    ),
    "a missing signal type": (
        "signal_types.csv", "funding,1,D3 external signals: funded\n".replace("D3", "D0"), "",
        "signal_types.csv: the signal type 'funding' is missing. Fix: add a row 'funding'",
    ),
    "thresholds out of order": (
        "thresholds.csv", "drop_alert_points,10", "drop_alert_points,20",
        "thresholds.csv, rows 10, 11: drop_alert_points 20 is above rapid_decline_points 15. Fix:",
    ),
    "more churned accounts than accounts": (
        "thresholds.csv", "minimum_churned,10", "minimum_churned,60",
        ": minimum_churned 60 is above minimum_outcomes 50. Fix: lower minimum_churned or raise",
    ),
    "shares of time that are no whole": (
        "tiers.csv", "0.4,daily", "0.5,daily",
        "tiers.csv, rows 2, 3, 4, 5: time_share sums to 1.1, not 1. Fix: give the shares of one",
    ),
    "a CRM without a key": (
        "sync_fields.csv", "salesforce,Account,crm_account_id,Id", "salesforce,Account,tier,Tier",
        "destination 'salesforce' has no row for crm_account_id. Fix: add it",
    ),
    "two objects for accounts": (
        "sync_fields.csv", "salesforce,Account,band", "salesforce,Contact,band",
        "destination 'salesforce' has more than one object (Account, Contact). Fix: write",
    ),
    "a field that is filled twice": (
        "sync_fields.csv", "Health_Band__c", "Health_Score__c",
        "sync_fields.csv, rows 4, 5: remote_field 'Health_Score__c' of 'salesforce' is filled",
    ),
    "tiers in the other order": (
        "tiers.csv", "1,0,40", "5,0,40", "tier 1 is not the lowest, or the others do not follow it",
    ),
    "a flag above a band without one": (
        "bands.csv", "default,default,,critical,0,25,true", "default,default,,critical,0,25,false",
        "bands.csv, rows 2, 3, 4, 5: is_flagged of band_set 'default' does not part the lower bands"
        " from the upper ones. Fix: write true for the lowest bands",
    ),
    "fitted limits without a multiple of the usual churn": (
        "bands.csv", "at_risk,25,50,true,1", "at_risk,25,50,true,",
        "bands.csv, rows 9, 10, 11, 12: least_risk_multiple of band_set 'contextual' does not fall"
        " to 0 from the lowest band up, and band_limits of scorecard 'probability' are fitted. Fix:"
        " fill it in, such as 4, 1.5, 0.5, 0; or write fixed in scorecards.csv",
    ),
    "no flag": (
        "bands.csv", "d3,default,,red,0,60,true", "d3,default,,red,0,60,false",
        "bands.csv, rows 6, 7, 8: is_flagged of band_set 'd3' does not part",
    ),
    "a curve of one point": (
        "metric_curves.csv", "roi_ratio,all,all,0,0,project default\n", "",
        "the curve of 'roi_ratio' for segment 'all' and stage 'all' has 1 point. Fix: give it 2",
    ),
    "a curve of six points": (
        "metric_curves.csv", "roi_ratio,all,all,0,0,",
        "".join(f"roi_ratio,all,all,0.{n},0,x\n" for n in range(1, 5)) + "roi_ratio,all,all,0,0,",
        "has 6 points. Fix: give it 2 to 5.",
    ),
    "a missing column": (
        "bands.csv", ",lower_bound,", ",",
        "bands.csv, row 1: the column 'lower_bound' is missing. Fix: add it;",
    ),
    "an unknown column": (
        "segments.csv", "max_value,", "max_valu,",
        "segments.csv, row 1: there is no column 'max_valu' in this file's form. Fix: call it"
        " 'max_value'.",
    ),
    "a column twice": (
        "segments.csv", "max_value,", "min_value,",
        "segments.csv, row 1: the column 'min_value' is there twice. Fix: keep one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_FILES)
def test_a_broken_file_is_named_with_its_mend(policy, case):
    file, before, after, message = BROKEN_FILES[case]
    edit(policy, file, before, after)
    errors, _ = policy_problems(policy)
    assert any(f"seeds/policy/{file}" in error and message in error for error in errors), errors


def test_a_missing_file_is_named_with_the_name_it_may_have_now(policy):
    (policy / "bands.csv").rename(policy / "band.csv")
    errors, _ = policy_problems(policy)
    assert errors == [
        "seeds/policy/bands.csv: the file is missing. Fix: rename band.csv to bands.csv."
    ]


@pytest.mark.parametrize("file", ["bands.csv", "tiers.csv"])
def test_a_missing_file_is_not_to_be_made_of_another_that_is_needed(policy, file):
    (policy / file).unlink()
    errors, _ = policy_problems(policy)
    assert errors == [
        f"seeds/policy/{file}: the file is missing. Fix: put it back"
        f" (git checkout seeds/policy/{file})."
    ]


def test_a_missing_folder_is_one_message(tmp_path):
    errors, _ = policy_problems(tmp_path / "policy")
    assert len(errors) == 1
    assert "there is no such folder" in errors[0]


def test_a_file_without_rows_says_so(policy):
    path = policy / "segments.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    errors, _ = policy_problems(policy)
    assert any("segments.csv, row 1: the file has no rows. Fix:" in error for error in errors)


# (field, words of the two segments, which must be refused for this reason; none: sound).
WORDS_OF_SEGMENTS = {
    "two plans": ("plan", "basic|starter", "premium", None),
    "a plan and all others": ("plan", "basic", "*", None),
    "stages": ("lifecycle_stage", "onboarding|adoption", "maturity", None),
    "a word in two segments": (
        "plan", "basic|starter", "Basic",
        "rows 12, 13: the word 'basic' of segmentation 'new' is there twice (case does not count)."
        " Fix: keep it in one segment.",
    ),
    "no words": ("plan", "", "premium", "row 12: field plan is a text, and words are missing or"),
    "a word beside all others": ("plan", "basic", "x|*", "row 13: * stands for all other words"),
    "a stage that there is not": (
        "lifecycle_stage", "onboarding", "maturty",
        "row 13: maturty is not in lifecycle_stages.csv. Fix: write 'maturity'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS_OF_SEGMENTS)
def test_segments_of_a_text_share_no_word(policy, case):
    field, first, second, message = WORDS_OF_SEGMENTS[case]
    with (policy / "segmentations.csv").open("a", encoding="utf-8") as file:
        file.write(f"new,{field},false,A test.,test\n")
    with (policy / "segments.csv").open("a", encoding="utf-8") as file:
        file.write(f"new,first,,,{first},test\nnew,second,,,{second},test\n")
    errors, _ = policy_problems(policy)
    assert len(errors) == (message is not None), errors
    assert all(f"segments.csv, {message}" in error for error in errors)


def test_a_policy_may_have_no_fields_of_its_own(policy):
    for file in ("custom_fields.csv", "segmentations.csv", "segments.csv"):
        lines = (policy / file).read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not re.match("support|annual|customer_revenue", line)]
        (policy / file).write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert (policy / "custom_fields.csv").read_text(encoding="utf-8").count("\n") == 1
    assert policy_problems(policy, computed()) == ([], [])


def test_a_date_parts_no_accounts(policy):
    edit(policy, "custom_fields.csv", "support_plan,text", "support_plan,date")
    errors, _ = policy_problems(policy)
    assert len(errors) == 1
    assert "row 4: field 'support_plan' of segmentation 'support' is a date. Fix:" in errors[0]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("helpdesk,zd-1,1001,", "row 2: source_name 'helpdesk' is not known. Fix: use one of"),
        ("support,ann@acme.com,1001,", "row 2: raw_account_id 'ann@acme.com' is an e-mail address"),
        (",https://acme.com/en,1001,", "row 2: raw_account_id 'https://acme.com/en' is a web addr"),
        ("support,zd-1,,", "row 2: account_id is empty. Fix: fill in account_id."),
        ("support,zd-1,1001,\nsupport,zd-1,1002,", "rows 2, 3:"),
        (
            "support,zd-1,1001,\n,1001,1002,",
            "rows 2, 3: account_id '1001' is itself matched, to '1002'. Fix: write '1002' here",
        ),
        (",cus_1,1001,\n,CUS_1,1002,", "rows 2, 3: 'cus_1' and 'CUS_1' are one, of two accounts."),
        (",acme.com,1001,\n,www.acme.com,1002,", "rows 2, 3: 'acme.com' and 'www.acme.com' are"),
        (",GMAIL.com,1001,", "row 2: anybody may have mail at 'GMAIL.com'. Fix: match the ids"),
    ],
)
def test_a_match_by_hand_is_of_one_company(policy, rows, said):
    shutil.copytree(POLICY.parent / "vocabulary", policy.parent / "vocabulary")
    (policy / "account_matches.csv").write_text(
        f"source_name,raw_account_id,account_id,reason\n{rows}\n", encoding="utf-8"
    )
    (error,), _ = seed_problems(policy.parent)
    assert error.startswith(f"seeds/policy/account_matches.csv, {said}")


def test_matches_of_several_sources_do_not_clash(policy):
    shutil.copytree(POLICY.parent / "vocabulary", policy.parent / "vocabulary")
    (policy / "account_matches.csv").write_text(
        "source_name,raw_account_id,account_id,reason\n"
        "support,1001,1002,\nbilling,1002,1003,the desk is another system\n,acme.com,1001,\n"
        "support,acme.com,1004,\n"
        # kept apart from its like in another connection, and still one that others are matched to
        "crm,1005,1005,\nsupport,zd-5,1005,\n",
        encoding="utf-8",
    )
    assert seed_problems(policy.parent) == ([], [])


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_says_so_once(policy, separator, word):
    path = policy / "lifecycle_stages.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", separator), encoding="utf-8")
    errors, _ = policy_problems(policy)
    assert len(errors) == 1
    assert f"lifecycle_stages.csv, row 1: the columns are separated by {word}" in errors[0]


def test_a_file_that_is_not_utf8_says_so(policy):
    path = policy / "segments.csv"
    path.write_bytes(path.read_bytes() + "é,x,1,2,,x\n".encode("latin-1"))
    errors, _ = policy_problems(policy)
    assert any("segments.csv: the file is not written in UTF-8. Fix:" in e for e in errors)


def test_files_saved_by_excel_are_read_alike(policy):
    for path in policy.glob("*.csv"):
        text = path.read_bytes().decode("utf-8").replace("\n", "\r\n")
        path.write_bytes(text.encode("utf-8-sig"))
    assert policy_problems(policy, computed()) == ([], [])


def test_rows_are_counted_as_in_an_editor(policy):
    path = policy / "exchange_rates.csv"
    path.write_text(
        'currency,rate,source\n\nUSD,1,"a note\nof two lines"\nEUR,x,y\n', encoding="utf-8"
    )
    errors, _ = policy_problems(policy)
    assert errors[0].startswith("seeds/policy/exchange_rates.csv, row 5: rate 'x'")


def test_the_policy_names_the_metrics_that_are_computed(policy):
    metrics = computed()
    metrics["usage"].remove("stored_gb")
    metrics["value"].append("new_metric")
    metrics["support"].remove("reopen_rate_90d")
    metrics["value"].append("reopen_rate_90d")
    errors, _ = policy_problems(policy, metrics)
    assert len(errors) == 3
    assert "row 23: no model computes a metric 'stored_gb'. Fix: take the row out" in errors[0]
    assert "'reopen_rate_90d' is computed in dimension 'value', but this row puts" in errors[1]
    assert errors[2] == (
        "seeds/policy/metrics.csv: a model computes 'new_metric' in dimension 'value', but it has"
        " no row. Fix: add a row for it (weight 0 switches it off)."
    )


@pytest.mark.parametrize("names", [None, computed()])
def test_a_slip_in_the_id_of_a_metric_blames_no_other_file(policy, names):
    row = edit(policy, "metrics.csv", "\nactive_seat_share_28d,", "\nactive_seat_shares_28d,") + 1
    errors, _ = policy_problems(policy, names)
    assert errors == [
        f"seeds/policy/metrics.csv, row {row}: no model computes a metric"
        " 'active_seat_shares_28d'. Fix: call it 'active_seat_share_28d'."
    ]


def test_a_slip_in_a_reference_to_a_metric_blames_no_metric(policy):
    rule = "api_platform,api_latency{}_28d,at_most,200"
    row = edit(policy, "scoring_rules.csv", rule.format("_ms"), rule.format(""))
    (error,), _ = policy_problems(policy)
    assert error.startswith(f"seeds/policy/scoring_rules.csv, row {row}: metric 'api_latency_28d'")


def test_a_slip_in_a_metric_points_at_the_computed_one(policy):
    edit(policy, "metrics.csv", "stored_gb,", "stored_gib,")
    errors, _ = policy_problems(policy, computed())
    assert "no model computes a metric 'stored_gib'. Fix: call it 'stored_gb'." in errors[0]


def test_more_than_six_weighted_groups_warn(policy):
    edit(policy, "dimensions.csv", "sentiment,relationship_and_sentiment", "sentiment,sentiment")
    errors, warnings = policy_problems(policy)
    assert errors == []
    assert len(warnings) == 1
    assert "scorecard 'expert_default' weighs 7 groups" in warnings[0]
    edit(policy, "scorecards.csv", "expert_default,challenger", "expert_default,off")
    assert policy_problems(policy) == ([], [])


def write_bands(policy: Path, bounds: list[tuple[float, float]]) -> list[str]:
    """Write bands with these bounds for the band set of every scorecard; give the errors."""
    names = "band_set,rule,applies_to,band,lower_bound,upper_bound,is_flagged"
    lines = [f"{names},least_risk_multiple,source"]
    lowest = min(range(len(bounds)), key=lambda n: bounds[n][0])
    for band_set in ("contextual", "d3", "rag", "percentile"):
        lines += [
            f"{band_set},default,,b{n},{low},{high},{str(n == lowest).lower()},,test"
            for n, (low, high) in enumerate(bounds)
        ]
    (policy / "bands.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cards = policy / "scorecards.csv"
    cards.write_text(cards.read_text(encoding="utf-8").replace(",fitted,", ",fixed,"))
    # triggers name bands of the policy as it is
    conditions = policy / "trigger_conditions.csv"
    text = conditions.read_text(encoding="utf-8")
    conditions.write_text(re.sub(r",band,is,\w+,", ",segment,is,smb,", text))
    return policy_problems(policy)[0]


cuts = st.lists(
    st.decimals(min_value="0.001", max_value="99.999", places=3),
    unique=True,
    min_size=1,
    max_size=6,
).map(sorted)
reused_copy = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@reused_copy
@given(cuts=cuts, order=st.randoms())
def test_every_partition_of_0_to_100_is_a_set_of_bands(policy, cuts, order):
    edges = [0, *cuts, 100]
    bounds = list(zip(edges[:-1], edges[1:], strict=True))
    order.shuffle(bounds)
    assert write_bands(policy, bounds) == []


@reused_copy
@given(
    cuts=cuts,
    which=st.integers(min_value=0),
    upper=st.booleans(),
    shift=st.decimals(min_value="-200", max_value="200", places=3).filter(lambda d: d != 0),
)
def test_no_single_bound_of_a_set_of_bands_can_move(policy, cuts, which, upper, shift):
    edges = [0, *cuts, 100]
    bounds = [list(pair) for pair in zip(edges[:-1], edges[1:], strict=True)]
    bounds[which % len(bounds)][upper] += shift
    errors = write_bands(policy, bounds)
    assert errors
    assert all("seeds/policy/bands.csv, row " in error for error in errors)


@pytest.mark.parametrize("others", ["", "survey_nps+"])
def test_a_feed_that_there_is_not_is_named(policy, others):
    row = edit(policy, "metrics.csv", "sentiment,survey_csat,", f"sentiment,{others}survey_cast,")
    with (POLICY / "metrics.csv").open(encoding="utf-8") as lines:
        feeds = [feed for line in csv.DictReader(lines) for feed in line["feed"].split("+")]
    errors, _ = policy_problems(policy, computed(), feeds)
    assert errors == [
        f"seeds/policy/metrics.csv, row {row}: feed 'survey_cast' is not known."
        " Fix: write 'survey_csat', if that is meant."
    ]


def dated_tables() -> list[dict]:
    """Read the tables whose rows have a time, and dbt's limits for them, from the raw contract."""
    tables = []
    for path in (POLICY.parents[1] / "models" / "staging").glob("*/_*__sources.yml"):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                config = table.get("config", {})
                freshness = config.get("freshness", {})
                if "time_column" in config.get("meta", {}):
                    tables.append(
                        {
                            "source": source["name"],
                            "table": table["name"],
                            "file": path.name,
                            "warn_after_days": freshness.get("warn_after", {}).get("count"),
                            "fail_after_days": freshness.get("error_after", {}).get("count"),
                        }
                    )
    return tables


def test_dbt_source_freshness_goes_by_the_committed_limits():
    assert policy_problems(POLICY, dated_tables=dated_tables()) == ([], [])


@pytest.mark.parametrize(
    ("after", "warning"),
    [
        (
            "product,events,5,14",
            "warn_after_days of product.events is 5, but `dbt source freshness` uses 4."
            " Fix: set warn_after to 5 days in _product__sources.yml.",
        ),
        (
            "product,events,4,",
            "fail_after_days of product.events is empty, but `dbt source freshness` uses 14."
            " Fix: take error_after out of _product__sources.yml.",
        ),
    ],
)
def test_limits_that_dbt_does_not_go_by_warn(policy, after, warning):
    row = edit(policy, "source_checks.csv", "product,events,4,14", after)
    errors, warnings = policy_problems(policy, dated_tables=dated_tables())
    assert errors == []
    assert warnings == [f"seeds/policy/source_checks.csv, row {row}: {warning}"]


def test_a_raw_table_that_there_is_not_is_named(policy):
    row = edit(policy, "source_checks.csv", "support,tickets,", "support,ticket,")
    errors, _ = policy_problems(policy, dated_tables=dated_tables())
    assert errors == [
        f"seeds/policy/source_checks.csv, row {row}: the raw contract has no table"
        " 'support.ticket' whose rows have a time. Fix: write support,tickets, if that is meant.",
        "seeds/policy/source_checks.csv: the raw table 'support.tickets' has no row."
        " Fix: add a row for it (with limits left empty it is not checked).",
    ]


def test_a_threshold_is_added_by_its_row(tmp_path):
    project = copy_project(tmp_path / "project")
    path = project / "seeds" / "policy" / "thresholds.csv"
    row = "patience_days,{},whole,1,renewal_window_days,,days,How long we wait.,test\n"
    policy = path.read_text(encoding="utf-8")
    path.write_text(policy + row.format("61"), encoding="utf-8")
    assert [error.split(": ")[1] for error in policy_problems(path.parent)[0]] == [
        "patience_days 61 is above renewal_window_days 60. Fix"
    ]
    path.write_text(policy + row.format("21"), encoding="utf-8")
    assert policy_problems(path.parent) == ([], [])

    model = "select patience_days from {{ ref('int_policy__thresholds') }}"
    (project / "models" / "intermediate" / "patience.sql").write_text(model, encoding="utf-8")
    warehouse = tmp_path / "warehouse.duckdb"
    raw_path = make_demo(tmp_path / "demo", accounts=5, months=3, events=500)
    outcome = dbt(
        "build", warehouse, "--select", "thresholds", "int_policy__thresholds", "patience",
        "--indirect-selection", "empty", project=project, raw_path=raw_path,
    )  # fmt: skip
    assert outcome.code == 0, outcome.text
    ((days,),) = query(warehouse, "select patience_days from intermediate.patience")
    assert days == 21

    class Patience(Settings):
        days: int = threshold("patience_days")

    assert Patience.of({"patience_days": days, "lead_days": 28.0}).days == 21
