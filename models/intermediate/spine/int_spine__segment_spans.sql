{#- In which segment an account was from when until when, by each segmentation of the policy. Where
    its field is unknown, or lies in no segment, there is no span. -#}

with attributes as (
    select * from {{ ref('int_facts__account_attributes') }}
),

custom_fields as (
    select * from {{ ref('custom_fields') }}
),

contracts as (
    select * from {{ ref('int_contracts__spans') }}
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
),

stages as (
    select * from {{ ref('lifecycle_stages') }}
),

segmentations as (
    select * from {{ ref('segmentations') }}
),

segments as (
    select * from {{ ref('segments') }}
),

first_contracts as (
    select distinct
        account_id,
        first_contract_date
    from terms
),

field_values as (
    select
        account_id,
        from_date,
        until_date,
        'employees' as field,
        cast(employees as double) as number_value,
        cast(null as varchar) as text_value
    from attributes
    {% for field in ['plan', 'industry', 'region', 'use_case', 'deployment_model'] %}
        union all
        select
            account_id,
            from_date,
            until_date,
            '{{ field }}' as field,
            null as number_value,
            {{ field }} as text_value
        from attributes
    {% endfor %}
    union all
    select
        attributes.account_id,
        attributes.from_date,
        attributes.until_date,
        custom_fields.field,
        try_cast({{ json_text('attributes.custom_fields', 'custom_fields.field') }} as double)
            as number_value,
        {{ json_text('attributes.custom_fields', 'custom_fields.field') }} as text_value
    from attributes
    cross join custom_fields
    union all
    select
        account_id,
        from_date,
        until_date,
        'arr' as field,
        arr as number_value,
        null as text_value
    from contracts
    union all
    select
        account_id,
        from_date,
        until_date,
        'term_days' as field,
        {{ days_between('term_start_date', 'term_end_date') }} as number_value,
        null as text_value
    from contracts
    union all
    select
        first_contracts.account_id,
        {{ add_days('first_contracts.first_contract_date', 'stages.from_day') }} as from_date,
        {{ add_days('first_contracts.first_contract_date', 'stages.to_day') }} as until_date,
        'lifecycle_stage' as field,
        null as number_value,
        stages.lifecycle_stage as text_value
    from first_contracts
    cross join stages
),

final as (
    select
        segmentations.segmentation,
        segmentations.is_primary,
        field_values.account_id,
        field_values.from_date,
        field_values.until_date,
        coalesce(listed.segment, rest.segment) as segment
    from field_values
    inner join segmentations on field_values.field = segmentations.field
    left join segments as listed
        on
            segmentations.segmentation = listed.segmentation
            and (
                (
                    field_values.number_value >= listed.min_value
                    and (
                        listed.max_value is null
                        or field_values.number_value < listed.max_value
                    )
                )
                or strpos(
                    '|' || lower(listed.words) || '|',
                    '|' || lower(field_values.text_value) || '|'
                ) > 0
            )
    left join segments as rest
        on
            segmentations.segmentation = rest.segmentation
            and rest.words = '*'
            and field_values.text_value is not null
    where listed.segment is not null or rest.segment is not null
)

select * from final
