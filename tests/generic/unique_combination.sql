{#- Fails for each combination of the columns that stands on more than one row, or has a null.
    window_column: of a model that keeps history, its date; rows before the window were tested when they
    were written. -#}
{% test unique_combination(model, columns, window_column=none) %}
    select
        {{ columns | join(', ') }},
        count(*) as n_rows
    from {{ model }}
    {%- if window_column %}
    where {{ window_column }} >= cast('{{ window_start() }}' as date) or {{ window_column }} is null
    {%- endif %}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns %}
        or {{ column }} is null
        {%- endfor %}
{% endtest %}
