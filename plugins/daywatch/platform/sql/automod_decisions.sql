-- One decision for every new comment and video of the day. A new model starts in some market, with scores of its own.
with markets_today as (
    select *, automod_power(daynum) as usual_power, bent('model_power', market, day) as new_power
    from (select * from today('comments') union all select * from today('videos'))
),

items as (
    select m, market, day, daynum, usual_power, new_power, 'comment' as target_type, event_id(daynum, first + i) as target_id, first + i as n
    from (select *, unnest(range(n)) as i from markets_today where name = 'comments')
    union all
    select m, market, day, daynum, usual_power, new_power, 'video' as target_type, video_id(daynum, m, i) as target_id, 500000000 + first + i as n
    from (select *, unnest(range(n)) as i from markets_today where name = 'videos')
),

scored as (
    select items.*, seeded(target_type, target_id) as h,
        automod_score(seeded(target_type, target_id), usual_power + new_power) as score
    from items
),

timed as (select scored.*, at_second(day, day_second(h, 3, utc_offset)) as event_ts from scored inner join markets using (market))

select
    event_id(daynum, n) as decision_id,
    day as ds,
    event_ts,
    target_type,
    target_id,
    automod_rule(target_type, h) as rule_id,
    case when new_power <> 0 then 'm14' when day < getvariable('last_day') - 25 then 'm12' else 'm13' end as model_version,
    score,
    automod_outcome(score) as outcome,
    market,
    round(0.0002 + 0.0006 * u(h, 6), 6) as cost_usd,
    arrives(event_ts, h, 7) as ingest_ts
from timed
