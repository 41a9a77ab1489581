{#- A subscription is renewed, and its price changed, in place; what it was on a day only its
    invoices tell. Each line of a subscription is a term: of the period that it pays for, with its own quantity and
    price. A change in the middle of a period gives two lines: a credit, which ends the term before it,
    and a charge, which is a term up to the end of the period. -#}
with lines as (
    {{ raw_rows('stripe', 'invoice_line_item', keep_raw=true) }}
),

invoice_copies as (
    {{ raw_rows('stripe', 'invoice', keep_raw=true) }}
),

customer_copies as (
    {{ raw_rows('stripe', 'customer') }}
),

subscription_copies as (
    {{ raw_rows('stripe', 'subscription') }}
),

product_copies as (
    {{ raw_rows('stripe', 'product') }}
),

coupon_copies as (
    {{ raw_rows('stripe', 'coupon') }}
),

subscription_discounts as (
    {{ raw_rows('stripe', 'subscription_discount') }}
),

-- what a loader delivers twice is one record
customers as (
    select
        id,
        min(account_id) as account_id,
        min(metadata) as metadata,
        min(email) as email,
        min(account_name) as account_name
    from customer_copies
    group by id
),

-- of an invoice that was fetched as a draft too, what became of it
invoices as (
    select
        id,
        min(customer_id) as customer_id,
        max(status) as status,  -- noqa: RF04
        max(
            coalesce(
                cast(raw_finalized_at as varchar),
                cast(raw_status_transitions_finalized_at as varchar),
                cast(raw_created as varchar)
            )
        ) as invoiced_at,
        case when count(*) = count(left_out) then min(left_out) end as left_out
    from invoice_copies
    group by id
),

-- the copy that was loaded last; without its time, the one that has come further
subscriptions as (
    select *
    from subscription_copies
    qualify row_number() over (
        partition by id
        order by
            _fivetran_synced desc nulls last,
            status in ('incomplete', 'incomplete_expired') asc, ended_at desc nulls last,
            status asc, cancel_at_period_end desc nulls last, trial_start asc, trial_end asc
    ) = 1
),

products as (
    select
        id,
        min(name) as name,  -- noqa: RF04
        min(unit_label) as unit_label
    from product_copies
    group by id
),

coupons as (
    select
        id,
        min(percent_off) as percent_off
    from coupon_copies
    where duration in ('forever', 'repeating')
    group by id
),

prices as (
    select
        id,
        amount,
        cast(null as double) as exact_amount,
        billing_interval,
        interval_count,
        usage_type,
        nickname,
        product_id
    from ({{ raw_rows('stripe', 'plan') }}) as older_prices
    union all
    select
        id,
        unit_amount as amount,
        unit_amount_decimal as exact_amount,
        recurring_interval as billing_interval,
        recurring_interval_count as interval_count,
        recurring_usage_type as usage_type,
        nickname,
        product_id
    from ({{ raw_rows('stripe', 'price') }}) as newer_prices
),

one_price_each as (
    select
        *,
        row_number() over (partition by id order by amount desc nulls last) as copy_number
    from prices
),

judged as (
    select
        lines.*,
        coalesce(lines.subscription_item_id, lines.subscription_id) as item_id,
        invoices.customer_id,
        invoices.invoiced_at,
        subscriptions.ended_at,
        subscriptions.cancel_at_period_end,
        one_price_each.amount as unit_amount,
        one_price_each.exact_amount * lines.quantity as exact_amount,
        case one_price_each.billing_interval
            when 'year' then 1
            when 'month' then 12
            when 'week' then 365.0 / 7
            when 'day' then 365
        end / coalesce(one_price_each.interval_count, 1) as bills_a_year,
        {{ days_between('cast(lines.period_start as date)', 'cast(lines.period_end as date)') }}
            as n_days,
        coalesce(products.name, one_price_each.nickname, one_price_each.id) as plan,
        products.unit_label,
        case upper(lines.currency)
            {% for row in policy_rows('minor_units') %}
                when '{{ row.currency }}' then {{ row.units }}
            {% endfor %}
            else 100
        end as minor_units,
        coalesce(
            lines.left_out,
            invoices.left_out,
            case
                when invoices.status in ('draft', 'void')
                    then 'line of a ' || invoices.status || ' invoice'
                when lines.subscription_id is null then 'one-off item'
                when subscriptions.status in ('incomplete', 'incomplete_expired')
                    then 'subscription that never began'
                when one_price_each.usage_type = 'metered' then 'metered usage'
                when lines.amount < 0 then 'credit of a change'
                when
                    lines.amount = 0
                    and lines.period_start >= subscriptions.trial_start
                    and lines.period_start < subscriptions.trial_end
                    then 'trial'
                when lines.amount = 0 then 'free of charge'
            end
        ) as why_not
    from lines
    left join invoices on lines.invoice_id = invoices.id
    left join subscriptions on lines.subscription_id = subscriptions.id
    left join one_price_each
        on
            coalesce(lines.price_id, lines.plan_id) = one_price_each.id
            and one_price_each.copy_number = 1
    left join products on one_price_each.product_id = products.id
),

-- when a change, or the end of an item, cut a term short
cuts as (
    select
        terms.invoice_id,
        terms.id,
        min(credits.period_start) as cut_at
    from judged as terms
    inner join judged as credits
        on
            terms.item_id = credits.item_id
            and terms.period_start < credits.period_start
            and terms.period_end > credits.period_start
    where terms.why_not is null and credits.why_not = 'credit of a change' and credits.proration
    group by terms.invoice_id, terms.id
),

last_terms as (
    select
        item_id,
        max(period_end) as last_end
    from judged
    where why_not is null
    group by item_id
),

coupons_of_lines as (
    select distinct
        judged.invoice_id,
        judged.id,
        coupons.id as coupon_id,
        coupons.percent_off
    from judged
    inner join subscription_discounts
        on
            judged.subscription_id = subscription_discounts.subscription_id
            and judged.period_start >= subscription_discounts.starts_at
            and judged.period_start < coalesce(subscription_discounts.ends_at, '9999-12-31')
    inner join coupons on subscription_discounts.coupon_id = coupons.id
),

discounts as (
    select
        invoice_id,
        id,
        -- each takes its share of what the others have left
        case
            when max(percent_off) < 100 then exp(sum(ln(1 - percent_off / 100)))
            else 0
        end as share_left
    from coupons_of_lines
    where percent_off is not null
    group by invoice_id, id
),

valued as (
    select
        judged.*,
        cuts.cut_at,
        judged.period_end = last_terms.last_end as is_last,
        -- a charge for the rest of a period says less of the year than the price does
        case
            when
                judged.proration
                and judged.unit_amount is not null
                and judged.bills_a_year is not null
                then judged.unit_amount * coalesce(judged.quantity, 1) * judged.bills_a_year
            when judged.bills_a_year is not null and not coalesce(judged.proration, false)
                -- a bill rounds what has fractions of a cent
                then judged.bills_a_year * case
                    when abs(judged.exact_amount - judged.amount) <= 0.5 then judged.exact_amount
                    else judged.amount
                end
            when judged.n_days >= 27 and not coalesce(judged.proration, false)
                then judged.amount * 12 / round(judged.n_days * 12 / 365.25)
            when judged.n_days > 0 then judged.amount * 365 / judged.n_days
        end
        / judged.minor_units
        * coalesce(discounts.share_left, 1) as yearly_amount
    from judged
    left join cuts on judged.invoice_id = cuts.invoice_id and judged.id = cuts.id
    left join last_terms on judged.item_id = last_terms.item_id
    left join discounts on judged.invoice_id = discounts.invoice_id and judged.id = discounts.id
),

final as (
    select
        valued.source_relation,
        coalesce(valued.unique_id, valued.invoice_id || '-' || valued.id) as subscription_id,
        coalesce(
            customers.account_id,
            nullif(regexp_extract(customers.metadata, '"account_id": *"([^"]*)"', 1), ''),
            nullif(regexp_extract(customers.metadata, '"external_id": *"([^"]*)"', 1), ''),
            valued.customer_id
        ) as account_id,
        customers.email as account_domain,
        customers.account_name,
        valued.plan,
        valued.raw_period_start as start_date,
        valued.raw_period_end as end_date,
        cast(
            case
                when valued.ended_at < coalesce(valued.cut_at, valued.period_end)
                    then greatest(valued.ended_at, valued.period_start)
                when valued.cut_at is not null then valued.cut_at
                when valued.is_last then valued.ended_at
            end as date
        ) as cancelled_date,
        case
            when
                valued.quantity > 1
                or regexp_matches(lower(valued.unit_label), 'seat|user|licen|member|agent')
                then cast(valued.raw_quantity as varchar)
        end as seats,
        coalesce(
            cast(round(valued.yearly_amount, 2) as varchar), cast(valued.raw_amount as varchar)
        ) as arr,
        upper(valued.currency) as currency,
        case
            when valued.bills_a_year = 12 then 'monthly'
            when valued.bills_a_year = 1 then 'annual'
            when valued.bills_a_year < 1 then 'multi_year'
        end as contract_structure,
        case
            when valued.is_last and valued.ended_at is null
                then not coalesce(valued.cancel_at_period_end, false)
        end as is_auto_renew,
        valued.invoiced_at as known_at,
        valued.why_not as left_out
    from valued
    left join customers on valued.customer_id = customers.id
)

select * from final
