-- what the build says of itself
select
    publication_id,
    as_of_date,
    finished_at,
    kind,
    policy_version,
    weights_version,
    json_extract_string(manifest, '$.tests.pass') as n_tests_passed,
    json_extract(manifest, '$.warnings') as warnings
from marts.publication
