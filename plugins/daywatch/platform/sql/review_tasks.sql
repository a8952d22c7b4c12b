-- The day's work is shared out over the moderators on shift; a row is written when it is decided.
with shifts as (
    select ds as day, day_number(ds) as daynum, staff_id - 5000 as s, shift_start, queue_id, row_number() over (partition by ds order by staff_id) - 1 as place, count(*) over (partition by ds) as on_shift
    from staff_shifts where staff_role(staff_id - 5000) = 'moderator' and queue_id is not null
),

work as (select day, sum(n) as n from today('reviews') group by day),

shared as (
    select shifts.*, row_hash('review', daynum, s, i) as h, i
    from (select shifts.*, unnest(range((n // on_shift + case when place < n % on_shift then 1 else 0 end)::bigint)) as i
        from shifts inner join work using (day)) as shifts
),

aimed as (
    select shared.*, pick(getvariable('market_draw'), h, 1) as market, daynum - least(6, floor(-1.2 * ln(1 - u(h, 2))))::int as vday from shared
),

timed as (
    select
        aimed.*, v.language, video_id(v.daynum, v.m, floor(v.n * u(h, 3))::bigint) as video_id, v.m, v.pop,
        shift_start + to_milliseconds(floor(600000 + u(h, 5) * 28100000)::bigint) as decided_ts,
        round(8 + 40 * exp(0.6 * bell(h, 6)), 1) as content_s,
        u(h, 7) < 0.22 + 0.15 * bent('easy_mix', queue_id, aimed.day) as bad,
        u(h, 8) < 0.94 + bent('accuracy', staff_vendor(s), aimed.day) as accurate
    from aimed inner join plan as v on v.name = 'videos' and v.daynum = aimed.vday and v.market = aimed.market
),

watched as (
    select *, round(least(content_s, content_s * (0.45 + 0.6 * u(h, 9))), 1) as watch_s, (bad = accurate) as acted from timed
)

select
    event_id(daynum, row_number() over (partition by day order by s, i)) as review_id,
    day as ds,
    decided_ts - to_seconds(floor(watch_s + 15 + 60 + exp(5.5 + 1.2 * bell(h, 10)))::bigint) as created_ts,
    decided_ts - to_seconds(floor(watch_s + 15 + 30)::bigint) as assigned_ts,
    decided_ts - to_seconds(floor(watch_s + 15)::bigint) as opened_ts,
    decided_ts,
    queue_id,
    pick(['p0', 'p1', 'p1', 'p2', 'p2', 'p2'], h, 11) as priority,
    list_extract([60, 240, 240, 1440, 1440, 1440], 1 + floor(u(h, 11) * 6)::int) as sla_minutes,
    'video' as target_type,
    video_id as target_id,
    account_id(m, heavy(u(seeded('video', video_id), 1), pop)) as owner_account_id,
    market,
    language,
    staff_id(s) as staff_id,
    case when u(h, 12) < 0.96 then 'auto' when u(h, 12) < 0.99 then 'manual' else 'picked' end as assignment,
    case when not acted then case when u(h, 13) < 0.03 then 'escalate' else 'approve' end else pick(['remove', 'remove', 'remove', 'limit', 'age_restrict'], h, 14) end as decision,
    case when acted then policy(h, 15) end as policy_id,
    case when u(h, 16) >= 0.04 then round(least(0.999, greatest(0.001, case when bad then 0.72 else 0.38 end + 0.3 * bell(h, 17))), 4) end as model_score,
    watch_s,
    content_s,
    arrives(decided_ts, h, 18) as ingest_ts
from watched
