with recursive accounts as (
    select * from {{ ref('dim_accounts') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ in_window('as_of_date') }}
),

-- an account that is its own parent has none
ties as (
    select
        account_id,
        parent_account_id
    from accounts
    where parent_account_id <> account_id
),

-- every account above an account; each pair once, so that a loop of the CRM's ends
above as (
    select
        account_id,
        parent_account_id as ancestor_id
    from ties
    union
    select
        above.account_id,
        ties.parent_account_id as ancestor_id
    from above
    inner join ties on above.ancestor_id = ties.account_id
),

loops as (
    select account_id
    from above
    where account_id = ancestor_id
),

-- the top has no parent itself; of a loop it is the first by id
tops as (
    select
        above.account_id,
        coalesce(
            min(case when ties.account_id is null then above.ancestor_id end),
            min(case when loops.account_id is not null then above.ancestor_id end)
        ) as top_account_id
    from above
    left join ties on above.ancestor_id = ties.account_id
    left join loops on above.ancestor_id = loops.account_id
    group by above.account_id
),

family as (
    select
        ancestor_id as parent_account_id,
        account_id,
        true as is_child
    from above
    where ancestor_id <> account_id
    union all
    select distinct
        parent_account_id,
        parent_account_id as account_id,
        false as is_child
    from ties
),

direct as (
    select
        parent_account_id,
        count(*) as n_direct_children
    from ties
    group by parent_account_id
),

-- sums of decimals are the same in any order of rows
members as (
    select
        family.parent_account_id,
        family.account_id,
        family.is_child,
        accounts.account_id is not null as is_known,
        accounts.account_name,
        coalesce(scores.is_flagged, false) as is_flagged,
        cast(accounts.arr as decimal(18, 2)) as arr,
        case
            when scores.band <> 'insufficient data'
                then cast(scores.health_score as decimal(9, 1))
        end as health_score
    from family
    left join accounts on family.account_id = accounts.account_id
    left join scores
        on
            accounts.account_id = scores.account_id
            and accounts.as_of_date = scores.as_of_date
),

worst as (
    select
        parent_account_id,
        account_id,
        health_score,
        row_number() over (
            partition by parent_account_id
            order by health_score asc, arr desc nulls last, account_id asc
        ) as place
    from members
    where is_child and health_score is not null
),

sums as (
    select
        parent_account_id,
        max(case when not is_child then account_name end) as account_name,
        bool_or(is_known and not is_child) as is_known,
        max(case when not is_child then health_score end) as own_health_score,
        count(case when is_child then 1 end) as n_children,
        count(case when is_child then health_score end) as n_children_scored,
        count(case when arr is null then health_score end) as n_scored_without_arr,
        sum(arr) as arr,
        sum(case when health_score is not null then arr end) as scored_arr,
        sum(health_score * arr) as arr_points,
        coalesce(sum(case when is_flagged then arr end), 0) as flagged_arr
    from members
    group by parent_account_id
),

final as (
    select
        sums.parent_account_id as account_id,
        sums.account_name,
        sums.is_known,
        coalesce(tops.top_account_id, sums.parent_account_id) as top_account_id,
        loops.account_id is not null as is_in_loop,
        direct.n_direct_children,
        sums.n_children,
        sums.n_children_scored,
        sums.n_children - sums.n_children_scored as n_children_not_scored,
        sums.n_scored_without_arr,
        cast(
            round(cast(sums.arr_points as double) / nullif(cast(sums.scored_arr as double), 0), 1)
            as double
        ) as health_score,
        cast(sums.own_health_score as double) as own_health_score,
        cast(sums.arr as double) as arr,
        cast(sums.scored_arr as double) as scored_arr,
        cast(sums.scored_arr as double) / nullif(cast(sums.arr as double), 0) as scored_arr_share,
        cast(sums.flagged_arr as double) as flagged_arr,
        worst.account_id as worst_account_id,
        cast(worst.health_score as double) as worst_health_score,
        clock.as_of_date
    from sums
    cross join clock
    inner join direct on sums.parent_account_id = direct.parent_account_id
    left join tops on sums.parent_account_id = tops.account_id
    left join loops on sums.parent_account_id = loops.account_id
    left join worst on sums.parent_account_id = worst.parent_account_id and worst.place = 1
)

select * from final
