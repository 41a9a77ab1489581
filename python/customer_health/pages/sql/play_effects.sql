-- whether plays help: what chance decided first, all plays of a kind first
select *
from marts.fct_play_effects
where effect_on in ('score after 90 days', 'lost within 90 days', 'lost within 180 days')
order by comparison, play <> 'all', play, effect_on desc
