-- One decision for every new comment and video of the day.
with items as (
    select m, market, day, daynum, 'comment' as target_type, event_id(daynum, first + i) as target_id, first + i as n
    from (select *, unnest(range(n)) as i from today('comments'))
    union all
    select m, market, day, daynum, 'video' as target_type, video_id(daynum, m, i) as target_id, 500000000 + first + i as n
    from (select *, unnest(range(n)) as i from today('videos'))
),

scored as (
    select items.*, seeded(target_type, target_id) as h,
        round(least(0.9999, pow(u(seeded(target_type, target_id), 1), 3.2) + 0.08 * u(seeded(target_type, target_id), 2)), 4) as score
    from items
),

timed as (select scored.*, at_second(day, day_second(h, 3, utc_offset)) as event_ts from scored inner join markets using (market))

select
    event_id(daynum, n) as decision_id,
    day as ds,
    event_ts,
    target_type,
    target_id,
    target_type || '_' || pick(['spam_v3', 'spam_v3', 'scam_links', 'hate_text', 'nudity', 'minor_safety'], h, 5) as rule_id,
    case when day < getvariable('last_day') - 25 then 'm12' else 'm13' end as model_version,
    score,
    case when score < 0.75 then 'allow' when score < 0.9 then 'review' when score < 0.97 then 'limit' else 'remove' end as outcome,
    market,
    round(0.0002 + 0.0006 * u(h, 6), 6) as cost_usd,
    arrives(event_ts, h, 7) as ingest_ts
from timed
