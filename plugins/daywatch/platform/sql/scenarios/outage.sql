-- ---
-- team: risk
-- days: 1
-- twins: [public_holiday]
-- ---
-- A pipeline drops part of one market's day: views of the United Kingdom, engagements of Indonesia, or views of Spain.
-- Size: all of the 1,050 rows, 60 % of the 7,500, or 35 % of the 600, for one day; a usual day differs by 4 % from its weekday's median.
insert into knobs
select ds, 'lost_views', ['GB', '', 'ES'][1 + getvariable('turn')], getvariable('strength') from scenario_days() where getvariable('turn') <> 1;
update plan set n = floor(n * (1 - getvariable('strength')))::bigint
where getvariable('turn') = 1 and name = 'engagements' and market = 'ID' and day = getvariable('start');
insert into truth_metric_shifts
from metric_shift('risk.data_health', ['source=video_views_daily;market=GB', 'source=engagements;market=ID', 'source=video_views_daily;market=ES'][1 + getvariable('turn')],
    -1 * getvariable('strength'));
