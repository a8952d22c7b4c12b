-- ---
-- team: risk
-- days: 1
-- twins: [launch_growth]
-- ---
-- A retried load delivers part of a day's rows twice, with the same primary keys: views of the United States, engagements of Brazil, or
-- reports of Mexico.
-- Size: half of the 3,000 rows, 30 % of the 8,500, or 18 % of the 24, for one day; no usual day has any.
insert into plan
select plan.* replace (case when name = 'engagements' and getvariable('turn') = 0 then 'views_again' else name end as name,
    case when getvariable('turn') = 0 then n else ceil(n * 0.5 * getvariable('strength')) end as n, 0.5 as share)
from plan
where day = getvariable('start') and (name, market) in (values (['engagements', 'engagements', 'reports'][1 + getvariable('turn')], ['US', 'BR', 'MX'][1 + getvariable('turn')]));
insert into truth_metric_shifts
from metric_shift('risk.data_health', ['source=video_views_daily;market=US', 'source=engagements;market=BR', 'source=reports;market=MX'][1 + getvariable('turn')],
    0.5 * getvariable('strength'));
