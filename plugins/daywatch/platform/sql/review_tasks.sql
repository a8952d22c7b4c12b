-- The day's work is shared out over the moderators on shift; a row is written when it is decided. Everybody decides a
-- few items at a glance (`hasty`, more on some days); who clicks on autopilot approves unseen.
with shifts as (
    select ds as day, day_number(ds) as daynum, staff_id - 5000 as s, shift_start, queue_id, row_number() over (partition by ds order by staff_id, shift_start) - 1 as place, count(*) over (partition by ds) as on_shift,
        bent('autopilot', staff_id::varchar, ds) as autopilot, bent('accuracy', staff_id::varchar, ds) as slip,
        0.015 + 0.05 * u(seeded('hasty', staff_id), 1) + 0.04 * u(seeded(staff_id, day_number(ds)), 7) as hasty
    from staff_shifts where staff_role(staff_id - 5000) = 'moderator' and queue_id is not null
),

work as (select day, floor(sum(n) * (1 - bent('day_off', 'all', day))) as n from today('reviews') group by day),

shared as (
    select shifts.*, row_hash('review', daynum, s, i) as h, i
    from (select shifts.*, unnest(range((n // on_shift + case when place < n % on_shift then 1 else 0 end)::bigint)) as i
        from shifts inner join work using (day)) as shifts
),

aimed as (
    select shared.*, pick(getvariable('market_draw'), h, 1) as market, daynum - least(6, floor(-1.2 * ln(1 - u(h, 2))))::int as vday from shared
),

-- What automod limited or removed the day before, worked out again from the ids (and what scenarios added to it).
automod_markets as (
    select *, automod_power(daynum) + bent('model_power', market, day) as power
    from plan where name in ('comments', 'videos') and day between getvariable('from_day') - 1 and getvariable('to_day') - 1
),

automod_items as (
    select day, m, pop, market, language, 'comment' as kind, event_id(daynum, first + i) as item, power
    from (select *, unnest(range(n)) as i from automod_markets where name = 'comments')
    union all
    select day, m, pop, market, language, 'video' as kind, video_id(daynum, m, i) as item, power
    from (select *, unnest(range(n)) as i from automod_markets where name = 'videos')
),

automod_acts as (
    select day, m, pop, market, language, kind, item, seeded(kind, item) as ih, automod_rule(kind, seeded(kind, item)) as rule_id
    from automod_items where automod_score(seeded(kind, item), power) >= 0.9
    union all
    select ds, m, 1000, market, language, target_type, target_id, seeded(target_type, target_id), rule_id
    from extra_automod_decisions inner join markets using (market)
    where outcome in ('limit', 'remove') and ds between getvariable('from_day') - 1 and getvariable('to_day') - 1
),

-- Three in ten are looked at by people, to know how precise each rule is.
checks as (
    select *, row_number() over (partition by day order by kind, item, m, rule_id) as nth from automod_acts where u(ih, 41) < 0.3
),

timed as (
    select
        shifts.* replace ('automod_check' as queue_id), ih as h, 1000000 + nth as i, checks.market,
        daynum - 1 as vday, language, kind as target_type, item as target_id, m, pop,
        shift_start + to_milliseconds(floor(600000 + u(ih, 5) * 28100000)::bigint) as decided_ts,
        round(8 + 40 * exp(0.6 * bell(ih, 6)), 1) as content_s,
        u(ih, 42) < 0.93 + bent('rule_precision', rule_id || '/' || checks.market, checks.day) as bad,
        u(ih, 8) < 0.94 + bent('accuracy', staff_vendor(s), shifts.day) + slip as accurate
    from checks inner join shifts on shifts.day = checks.day + 1 and shifts.place = nth % on_shift
    union all by name
    select
        aimed.*, v.language, 'video' as target_type, video_id(v.daynum, v.m, floor(v.n * u(h, 3))::bigint) as target_id, v.m, v.pop,
        shift_start + to_milliseconds(floor(600000 + u(h, 5) * 28100000)::bigint) as decided_ts,
        round(8 + 40 * exp(0.6 * bell(h, 6)), 1) as content_s,
        u(h, 7) < 0.22 + 0.15 * bent('easy_mix', queue_id, aimed.day) as bad,
        u(h, 8) < 0.94 + bent('accuracy', staff_vendor(s), aimed.day) + slip as accurate
    from aimed inner join plan as v on v.name = 'videos' and v.daynum = aimed.vday and v.market = aimed.market
),

-- a queue may be launched: its first work is taken from the general one
numbered as (
    select * replace (case when queue_id = 'general' and u(h, 23) < launched then launch else queue_id end as queue_id),
        event_id(daynum, row_number() over (partition by day order by s, i, shift_start)) as review_id, bent('backlog', queue_id, day) as backlog_h,
        0.2 * bell(seeded(queue_id, daynum), 1) as rush
    from timed left join (select ds as day, min(dim) as launch, sum(value) as launched from knobs where knob = 'launch' group by ds) as launches using (day)
),

-- who knows the golden items (the same hash draws them in qa_reviews) hardly watches them
watched as (
    select
        *, round(least(content_s, content_s * case when u(h, 21) < autopilot + hasty then 0.04 + 0.14 * u(h, 9) else 0.45 + 0.6 * u(h, 9) end)
            * case when golden_item(review_id, daynum) then 1 - bent('golden_leak', staff_vendor(s), day) else 1 end, 1) as watch_s,
        u(h, 21) >= autopilot and (bad = accurate) as acted
    from numbered
)

select
    review_id,
    day as ds,
    decided_ts - to_seconds(floor(watch_s + 15 + 60 + exp(5.5 + rush + 1.2 * bell(h, 10)) + 3600 * backlog_h * (0.5 + u(h, 19)))::bigint) as created_ts,
    decided_ts - to_seconds(floor(watch_s + 15 + 30)::bigint) as assigned_ts,
    decided_ts - to_seconds(floor(watch_s + 15)::bigint) as opened_ts,
    decided_ts,
    queue_id,
    pick(['p0', 'p1', 'p1', 'p2', 'p2', 'p2'], h, 11) as priority,
    list_extract([60, 240, 240, 1440, 1440, 1440], 1 + floor(u(h, 11) * 6)::int) as sla_minutes,
    target_type,
    target_id,
    case when target_type = 'video' then account_id(m, heavy(u(seeded('video', target_id), 1), pop)) end as owner_account_id,
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
