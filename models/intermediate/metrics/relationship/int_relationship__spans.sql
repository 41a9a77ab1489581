with delivered_contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

roles as (
    select * from {{ ref('int_facts__contact_roles') }}
),

departments as (
    {{ seen_versions(ref('snap_crm__contacts')) }}
),

participations as (
    select * from {{ ref('int_facts__participations') }}
),

activities as (
    select * from {{ ref('int_facts__activities') }}
),

assessments as (
    select
        *,
        cast(assessed_at as date) as assessment_date
    from {{ ref('stg_crm__csm_assessments') }}
),

signals as (
    select
        *,
        cast(occurred_at as date) as signal_date
    from {{ ref('stg_signals__account_signals') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- one that is missing is there until the policy's days have passed
contacts as (
    select
        contact_id,
        account_id,
        known_date,
        cast(left_at as date) as left_date
    from delivered_contacts
    union all
    select
        departments.contact_id,
        departments.account_id,
        departments.known_date,
        least(
            cast(departments.left_at as date),
            {{ add_days('departments.missing_date', 'thresholds.missing_row_days') }}
        ) as left_date
    from departments
    cross join thresholds
    where departments.until_date is null and departments.missing_date is not null
),

-- a role is held until it ends or its holder leaves
spells as (
    select
        roles.account_id,
        roles.contact_id,
        roles.role,
        roles.known_date as from_date,
        least(
            coalesce(roles.end_date, cast('9999-12-31' as date)),
            coalesce(contacts.left_date, cast('9999-12-31' as date))
        ) as until_date
    from roles
    left join contacts on roles.contact_id = contacts.contact_id
),

-- a contact counts for a department while in it
department_spells as (
    select
        contacts.account_id,
        departments.department,
        greatest(contacts.known_date, departments.from_date) as from_date,
        least(
            coalesce(contacts.left_date, cast('9999-12-31' as date)),
            coalesce(departments.until_date, cast('9999-12-31' as date))
        ) as until_date
    from contacts
    inner join departments on contacts.contact_id = departments.contact_id
),

-- overlapping spells of one contact in one role are one
held_roles as (
    {{ merged_spans('spells', ['account_id', 'contact_id', 'role']) }}
),

role_participations as (
    select
        held_roles.account_id,
        held_roles.role,
        'role' as role_entity,
        greatest(held_roles.from_date, participations.known_date) as from_date,
        held_roles.until_date as role_until_date,
        participations.participation_date,
        {{ add_days('participations.participation_date', 'thresholds.champion_active_days') }}
            as active_until_date
    from held_roles
    inner join participations
        on
            held_roles.account_id = participations.account_id
            and held_roles.contact_id = participations.contact_id
    cross join thresholds
),

sponsor_participations as (
    select
        account_id,
        role_entity,
        from_date,
        least(
            coalesce(role_until_date, cast('9999-12-31' as date)),
            {{ add_days('participation_date', 90) }}
        ) as until_date
    from role_participations
    where role = 'executive_sponsor'
),

champion_participations as (
    select
        account_id,
        role_entity,
        from_date,
        least(
            coalesce(role_until_date, cast('9999-12-31' as date)), active_until_date
        ) as until_date
    from role_participations
    where role = 'champion'
),

-- everything sent or offered to a champion while in the role
champion_activities as (
    select
        activities.*,
        greatest(held_roles.from_date, activities.known_date) as from_date,
        coalesce(held_roles.until_date, cast('9999-12-31' as date)) as role_until_date
    from activities
    inner join held_roles
        on
            activities.account_id = held_roles.account_id
            and activities.contact_id = held_roles.contact_id
    where held_roles.role = 'champion'
),

champion_answers as (
    select
        account_id,
        role_until_date,
        cast(answered_at as date) as answer_date,
        greatest(from_date, cast(answered_at as date)) as from_date,
        {{ dbt.datediff('occurred_at', 'answered_at', 'second') }}
        / 3600.0 as response_hours
    from champion_activities
    where activity_type = 'email' and answered_at >= occurred_at
),

champion_invitations as (
    select
        account_id,
        invitation_key,
        is_attended,
        attended_known_date,
        from_date,
        least(role_until_date, {{ add_days('activity_date', 90) }}) as until_date
    from champion_activities
    where invitation_key is not null
),

-- logged twice, a champion who came has not declined, from when it is known that they came
champion_declines as (
    select
        account_id,
        invitation_key,
        from_date,
        least(until_date, coalesce(attended_known_date, until_date)) as until_date
    from champion_invitations
    where not is_attended
),

present as (
    {% for measure, role in [
        ('executive_sponsors', 'executive_sponsor'), ('champions', 'champion')
    ] -%}
        select {{ span(measure, 'from_date', 'until_date', entity='contact_id') | indent(8) }}
        from held_roles
        where role = '{{ role }}'
        union all
    {% endfor -%}
    select {{ span('had_champion', 'known_date', entity='role') | indent(8) }}
    from roles
    where role = 'champion'
    {% for measure, relation, entity, from_date, until_date in [
        (
            'is_sponsor_engaged_90d', 'sponsor_participations', 'role_entity',
            'from_date', 'until_date',
        ),
        ('is_champion_active', 'champion_participations', 'role_entity', 'from_date', 'until_date'),
        ('contacts_known', 'contacts', 'contact_id', 'known_date', 'left_date'),
        ('contact_departments', 'department_spells', 'department', 'from_date', 'until_date'),
        (
            'engaged_contacts_90d', 'participations', 'contact_id', 'known_date',
            add_days('participation_date', 90),
        ),
        (
            'champion_invitations_90d', 'champion_invitations', 'invitation_key',
            'from_date', 'until_date',
        ),
        (
            'champion_declines_90d', 'champion_declines', 'invitation_key',
            'from_date', 'until_date',
        ),
    ] -%}
        union all
        select {{ span(measure, from_date, until_date, entity=entity) | indent(8) }}
        from {{ relation }}
    {% endfor -%}
),

final as (
    {{ presence_spans('present') }}
    union all
    select {{ span('champion_job_changes_90d', 'known_date', add_days('signal_date', 90)) }}
    from signals
    where signal_type = 'champion_job_change'
    {% for measure, amount in [('hours', 'response_hours'), ('answers', '1')] %}
        union all
        select
            {{ span(
                'champion_' ~ measure ~ '_90d', 'from_date',
                'least(role_until_date, ' ~ add_days('answer_date', 90) ~ ')', amount
            ) }}
        from champion_answers
        union all
        select
            {{ span(
                'champion_' ~ measure ~ '_previous_90d',
                'greatest(from_date, ' ~ add_days('answer_date', 90) ~ ')',
                'least(role_until_date, ' ~ add_days('answer_date', 180) ~ ')', amount
            ) }}
        from champion_answers
    {% endfor %}
    union all
    select {{ span('participations_90d', 'known_date', add_days('participation_date', 90)) }}
    from participations
    union all
    {{ latest_spans(
        '(select * from assessments cross join thresholds)',
        'relationship_depth_latest', 'assessment_date', 'known_date', 'relationship_depth',
        'assessment_expiry_days'
    ) }}
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
