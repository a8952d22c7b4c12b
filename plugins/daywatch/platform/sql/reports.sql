with draws as (
    select *, row_hash('report', daynum, m, i) as h from (select *, unnest(range(n)) as i from today('reports'))
),

aimed as (
    select draws.*, least(29, floor(-3 * ln(1 - u(h, 2))))::int as age, at_second(day, day_second(h, 4, utc_offset)) as event_ts from draws
)

select
    event_id(aimed.daynum, aimed.first + i) as report_id,
    aimed.day as ds,
    event_ts,
    account_id(aimed.m, heavy(u(h, 1), aimed.pop)) as reporter_id,
    case when u(h, 5) < 0.75 then 'video' else 'account' end as target_type,
    case when u(h, 5) < 0.75 then video_id(v.daynum, v.m, floor(v.n * u(h, 3) * u(h, 3))::bigint)
        else account_id(aimed.m, heavy(u(h, 6), aimed.pop)) end as target_id,
    case when u(h, 7) >= 0.05 then policy(h, 8) end as policy_id,
    aimed.market,
    arrives(event_ts, h, 9) as ingest_ts
from aimed inner join plan as v on v.name = 'videos' and v.daynum = aimed.daynum - aimed.age and v.m = aimed.m
