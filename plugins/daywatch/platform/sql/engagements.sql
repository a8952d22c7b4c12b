with draws as (
    select *, row_hash('engagement', daynum, m, i) as h from (select *, unnest(range(n)) as i from today('engagements'))
),

aimed as (
    select
        draws.*, account_id(draws.m, heavy(u(h, 1), draws.pop)) as actor_id,
        least(29, floor(-4 * ln(1 - u(h, 2))))::int as age, u(h, 3) as x
    from draws
),

hit as (
    select aimed.*, account_hash(actor_id) as home, at_second(aimed.day, day_second(h, 4, aimed.utc_offset)) as event_ts,
        video_id(v.daynum, v.m, floor(v.n * x * x)::bigint) as video_id, v.pop as owners
    from aimed inner join plan as v on v.name = 'videos' and v.daynum = aimed.daynum - aimed.age and v.m = aimed.m
),

owned as (
    select *, account_id(m, heavy(u(seeded('video', video_id), 1), owners)) as owner_id,
        case when u(h, 6) < 0.66 then 'like' when u(h, 6) < 0.76 then 'follow' when u(h, 6) < 0.86 then 'share' when u(h, 6) < 0.95 then 'save' else 'repost' end as action
    from hit
)

select
    event_id(daynum, first + i) as event_id,
    day as ds,
    event_ts,
    actor_id,
    action,
    case when action = 'follow' then 'account' else 'video' end as target_type,
    case when action = 'follow' then owner_id else video_id end as target_id,
    owner_id as target_owner_id,
    market,
    case when u(h, 7) >= 0.01 then device(home) end as device_id,
    case when u(h, 8) >= 0.005 then ip24(case when u(h, 8) < 0.085 then h else home end, m) end as ip24,
    arrives(event_ts, h, 9) as ingest_ts
from owned
