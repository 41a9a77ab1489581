-- Joins that lose or repeat account days would bend every average above them. Days published before
-- may have had other scorecards.
with expected as (
    select
        (
            select count(*) from {{ ref('int_spine__account_days') }}
            where as_of_date >= cast('{{ published_from() }}' as date)
        )
        * (
            select count(*) from {{ ref('scorecards') }}
            where role <> 'off'
        ) as n_rows
),

published as (
    select count(*) as n_rows from {{ ref('fct_health_scores') }}
    where as_of_date >= cast('{{ published_from() }}' as date)
)

select
    expected.n_rows as n_expected,
    published.n_rows as n_published
from expected
cross join published
where expected.n_rows <> published.n_rows
