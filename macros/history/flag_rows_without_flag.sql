{% macro flag_rows_without_flag() -%}
    {#- Rows of fct_health_scores that were published before it had the column is_flagged: they get the flag that
        a band of this name has today, once and for all. -#}
    update {{ this }} as published
    set is_flagged = bands.is_flagged
    from {{ ref('scorecards') }} as scorecards
    inner join {{ ref('bands') }} as bands on scorecards.band_set = bands.band_set
    where
        published.is_flagged is null
        and published.scorecard = scorecards.scorecard
        and published.band = bands.band
        and bands.rule = 'default'
{%- endmacro %}
