-- whether plays help: what chance decided first, all plays of a kind first
select *
from marts.fct_play_effects
order by comparison, play <> 'all', play, effect_on desc
