-- ---
-- team: platform_abuse
-- days: 6
-- twins: [fan_campaign, holiday]
-- newest: true
-- ---
-- A dangerous challenge was mitigated ten days ago; it comes back under another hashtag, with the same sound.
-- Size: 8 videos a day for six days (times the root of the platform's scale), where one every three days was left of the trend.
create or replace temp table spread as
select ds, n, seeded('spread', extra_id(ds, n)) as h, back, [1, 0, 2][getvariable('turn') + 1] as m
from (
    -- the first wave until ten days before, what is left after it was mitigated, and the rebound
    select ds, (getvariable('start') - ds)::int as back, unnest(range(case
        when getvariable('start') - ds > 10 then (6 * sqrt(getvariable('scale')))::int
        when getvariable('start') - ds > 0 then (sqrt(getvariable('scale')) * (0.33 + u(seeded('left', extra_id(ds, 0)), 1)))::int
        else (8 * getvariable('strength') * sqrt(getvariable('scale')))::int end)) as n
    from (select unnest(generate_series(getvariable('start') - 14, getvariable('stop'), interval 1 day))::date as ds)
);

insert into extra_incidents by name
select getvariable('scenario') as scenario_id, 'INC-R' || getvariable('turn') as incident_id, getvariable('start') - interval '13 days' as opened_ts, 'detection' as detected_by,
    getvariable('start') - interval '14 days' as started_ts, getvariable('start') - interval '10 days' + interval '20 hours' as mitigated_ts,
    getvariable('start') - interval '7 days' as closed_ts, 'sev2' as severity, 'platform_abuse' as team, 'TR-R' || getvariable('turn') as trend_id,
    (select market from markets where m = [1, 0, 2][getvariable('turn') + 1]) as market, 'new abuse pattern' as root_cause;

insert into extra_videos by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as video_id, account_id(m, floor(u(h, 1) * (select min(pop) from plan where name = 'signups' and m = spread.m))::bigint) as account_id,
    at_second(ds, floor(u(h, 2) * 86000)::bigint) as created_ts, market, language, 12 + n % 20 as duration_s, caption, text_hash(caption) as caption_minhash,
    case when back > 0 then '#rooftopdash #fyp' else '#r00ftopd4sh #fyp' end as hashtag_set,
    case when u(h, 3) < 0.9 then 35000 + getvariable('turn') else 1 + heavy(u(h, 10), 20000) end as sound_id, (h >> 1)::bigint as phash, 'live' as status
from (select *, words('en', h) as caption from spread) as spread inner join markets using (m);

insert into extra_enforcement_actions by name
select
    getvariable('scenario') as scenario_id, extra_id(getvariable('start') - 10, 1000 + n + 100 * back) as action_id, getvariable('start') - 10 as ds,
    getvariable('start') - interval '10 days' + interval '20 hours' as event_ts, 'video' as target_type, extra_id(ds, n) as target_id, null as owner_account_id,
    'self_harm' as policy_id, 'remove' as action, 'automod' as source, 'trend_sweep' as rule_id, null as review_id, 'TR-R' || getvariable('turn') as trend_id,
    market, getvariable('start') - interval '10 days' + interval '20 hours 10 minutes' as ingest_ts
from spread inner join markets using (m) where back > 10 and u(h, 4) < 0.7 and getvariable('start') - 10 >= getvariable('first_day');

insert into truth_entities
select * from entity('trend', 'TR-R' || getvariable('turn'))
union all select getvariable('scenario'), 'video', extra_id(ds, n), ds, ds, side() from spread where back <= 0;
