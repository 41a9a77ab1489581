with answers as (
    select
        *,
        cast(responded_at as date) as answer_date
    from {{ ref('stg_survey__responses') }}
    where responded_at is not null
),

assessments as (
    select
        *,
        cast(assessed_at as date) as assessment_date
    from {{ ref('stg_crm__csm_assessments') }}
),

tickets as (
    select
        *,
        cast(created_at as date) as created_date
    from {{ ref('stg_support__tickets') }}
),

toned_tickets as (
    select * from tickets
    where sentiment is not null
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

scored as (
    select
        answers.*,
        greatest(answers.known_date, answers.answer_date) as from_date,
        thresholds.nps_expiry_days
    from answers
    cross join thresholds
),

nps as (
    select * from scored
    where survey_type = 'nps' and score is not null
),

rated as (
    select
        assessments.*,
        thresholds.assessment_expiry_days
    from assessments
    cross join thresholds
),

final as (
    {{ latest_spans(
        'nps', 'nps_latest', 'answer_date', 'known_date', 'score', 'nps_expiry_days'
    ) }}
    union all
    select
        {{ span(
            'nps_answers_unexpired', 'from_date', add_days('answer_date', 'nps_expiry_days')
        ) }}
    from nps
    union all
    {{ latest_spans(
        'nps', 'last_nps_day', 'answer_date', 'known_date', day_number('answer_date')
    ) }}
    {% for survey_type, days in [('csat', 90), ('ces', 180), ('pulse', 90)] %}
        union all
        select
            {{ span(survey_type ~ '_sum', 'from_date', add_days('answer_date', days), 'score') }}
        from scored
        where survey_type = '{{ survey_type }}' and score is not null
        union all
        select {{ span(survey_type ~ '_answers', 'from_date', add_days('answer_date', days)) }}
        from scored
        where survey_type = '{{ survey_type }}' and score is not null
    {% endfor %}
    union all
    select
        {{ span(
            'comment_sentiment_sum', 'from_date', add_days('answer_date', 180), 'sentiment'
        ) }}
    from scored
    where sentiment is not null
    union all
    select {{ span('comments', 'from_date', add_days('answer_date', 180)) }}
    from scored
    where sentiment is not null
    union all
    {{ latest_spans(
        'rated', 'csm_rating_latest', 'assessment_date', 'known_date', 'csm_rating',
        'assessment_expiry_days'
    ) }}
    {% for measure, amount, relation in [
        ('ticket_sentiment_sum', 'sentiment', 'toned_tickets'),
        ('ticket_tickets', '1', 'toned_tickets'),
        ('all_tickets', '1', 'tickets'),
    ] %}
        union all
        select {{ span(measure, 'known_date', add_days('created_date', 90), amount) }}
        from {{ relation }}
        union all
        select
            {{ span(
                measure ~ '_previous',
                'greatest(known_date, ' ~ add_days('created_date', 90) ~ ')',
                add_days('created_date', 180),
                amount
            ) }}
        from {{ relation }}
    {% endfor %}
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
