-- ---
-- team: risk
-- days: 14
-- benign: true
-- ---
-- A feature is launched in one market, and people there do more: they watch and engage more, and what is shown is no worse.
-- Size: views and engagements of India, Japan or Spain up by 25 % for two weeks, with a row of the launch in policy_changes. Benign.
create or replace temp table launched as select ['IN', 'JP', 'ES'][1 + getvariable('turn')] as market;
insert into knobs select ds, 'seen_more', market, 0.25 from scenario_days(), launched;
-- the market's rows are numbered from a free number on, so that none takes its neighbour's id
update plan set n = floor(n * 1.25)::bigint, first = 600000000 + m * 30000000
where name = 'engagements' and market = (select market from launched) and day in (select ds from scenario_days());
insert into extra_policy_changes by name
select getvariable('scenario') as scenario_id, extra_id(getvariable('start'), 1) as change_id, getvariable('start') as ds,
    at_second(getvariable('start'), 21600) as event_ts, 'launch' as kind, 'duet_button' as object_id, 'duets for everybody' as description, market,
    at_second(getvariable('start'), 21700) as ingest_ts
from launched;
insert into truth_metric_shifts select one.* from launched, lateral (select * from metric_shift('risk.data_health', 'market=' || market, 0.25)) as one;
