-- sentences of each customer: what lowers and what raises its score against its peers
select
    account_id,
    list(
        {
            'said_by': said_by,
            'effect': effect,
            'dimension': dimension,
            'metric': metric,
            'unit': unit,
            'points': points,
            'sentence': sentence,
            'value': metric_value,
            'before': value_90d_ago,
            'peers': peer_value
        }
        order by driver_rank
    ) as drivers
from marts.account_drivers
group by account_id
