-- ---
-- team: risk
-- days: 6
-- twins: [policy_change]
-- ---
-- A copied trick spreads: more violative views each day until it is everywhere it can be, in Indonesia at large, in the For You of the
-- United States, or among the popular videos of Indonesia's For You. Users report it from the first day on.
-- Size: a third of the full size on the first day, two thirds on the second; full are 18, 10.8 or 6.3 more violative views a day in a
-- sample of 500 (24 points of Indonesia, 17 points of 13 % of the sample, 32 points of 4 %), six days in all. Power: the first two days
-- bring as many as one full day; over a usual 1.1, .9 or .3 they show what chance does once in 10,000 days (8, 7 or 5) with
-- probability .999, .95 and .79.
create or replace temp table cause as
select dim, dims, market, 18 * getvariable('strength') / (500 * part) * 500 / getvariable('sample') as points
from (values (0, 'ID', 'viewer_market=ID', 0.15, 'ID'), (1, 'US/for_you', 'viewer_market=US;surface=for_you', 0.127, 'US'),
    (2, 'ID/for_you/head', 'viewer_market=ID;surface=for_you;stratum=head', 0.04, 'ID')) as cells(turn, dim, dims, part, market)
where turn = getvariable('turn');
insert into knobs
select ds, 'violative_rate', dim, points * least(1, (1 + (ds - getvariable('start'))) / 3.0) from scenario_days(), cause;

insert into extra_reports by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as report_id, ds, event_ts, account_id(m, floor(u(h, 2) * 800)::bigint) as reporter_id,
    'video' as target_type, video_id(day_number(ds) - 1, m, floor(u(h, 3) * 12)::bigint) as target_id, policy(h, 4) as policy_id, market,
    event_ts + interval 50 seconds as ingest_ts
from (
    select ds, n, seeded('report of a ramp', extra_id(ds, n)) as h, market, m,
        at_second(ds, floor(u(seeded('report of a ramp', extra_id(ds, n)), 1) * 86000)::bigint) as event_ts
    from scenario_days(), unnest(range((60 * getvariable('strength') * getvariable('scale'))::bigint)) as one(n), cause inner join markets using (market)
);

insert into truth_metric_shifts
select shift.* from cause, (values ('risk.violative_view_rate'), ('risk.change_attribution'), ('risk.leading_indicators')) as tables(name),
    lateral (select * from metric_shift(name, dims, points)) as shift;
