-- ---
-- team: integrity
-- days: 4
-- benign: true
-- ---
-- A busy week: some moderators stay four hours longer, in shifts that are entered as unplanned, and decide faster.
-- Size: the two or three of four moderators whose shift ends early, 30 more decisions a day each, an eighth of all at a glance, four days. Benign.
insert into knobs select ds, 'accuracy', staff_id(s)::varchar, -0.02
from scenario_days(), (select 2 + 4 * unnest(range(4)) + getvariable('turn') as s);

insert into extra_staff_shifts by name
select
    getvariable('scenario') as scenario_id, staff_id(s) as staff_id, ds,
    at_second(ds, shift_hour(s) * 3600 + 8 * 3600) as shift_start, at_second(ds, shift_hour(s) * 3600 + 12 * 3600) as shift_end,
    queue_of(s) as queue_id, false as planned
from scenario_days(), (select 2 + 4 * unnest(range(4)) + getvariable('turn') as s)
where works(s, day_number(ds)) and shift_hour(s) < 12;

create or replace temp table overtime as
select ds, s, n, seeded('overtime', day_number(ds) * 100000 + s * 1000 + n) as h, shift_hour(s) * 3600 + 8 * 3600 + n * 440 as second
from scenario_days(), (select 2 + 4 * unnest(range(4)) + getvariable('turn') as s), range(30) as tasks(n)
where works(s, day_number(ds)) and shift_hour(s) < 12;

insert into extra_review_tasks by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, (s % 1000) * 100 + n) as review_id,
    ds,
    at_second(ds, second - 900) as created_ts, at_second(ds, second - 90) as assigned_ts, at_second(ds, second - 60) as opened_ts,
    at_second(ds, second) as decided_ts,
    queue_of(s) as queue_id, 'p1' as priority, 240 as sla_minutes,
    'video' as target_type, video_id(day_number(ds) - 1, 0, floor(u(h, 1) * 35)::int) as target_id,
    account_id(0, floor(u(h, 2) * 3000)::bigint) as owner_account_id,
    'US' as market, 'en' as language, staff_id(s) as staff_id, 'auto' as assignment,
    case when u(h, 3) < 0.74 then 'approve' else 'remove' end as decision,
    case when u(h, 3) >= 0.74 then policy(h, 4) end as policy_id,
    round(u(h, 5), 4) as model_score,
    round(20 * case when u(h, 6) < 0.125 then 0.15 else 0.4 + 0.5 * u(h, 7) end, 1) as watch_s, 20 as content_s,
    at_second(ds, second + 300) as ingest_ts
from overtime;

insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, (s % 1000) * 100 + n) as event_id, ds, at_second(ds, second - 60) as event_ts,
    staff_id(s) as staff_id, 'review_tool' as system, 'view' as action, 'video' as object_type,
    video_id(day_number(ds) - 1, 0, floor(u(h, 1) * 35)::int) as object_id, 1 as rows_returned, 5000 as bytes_out,
    'w' || lower(hex(seeded('laptop', s) >> 20)) as device_id, true as managed_device, '10.4.4.' || s % 200 as ip,
    ['IE', 'PH', 'CO', 'PT'][1 + s::int % 4] as country, true as success, at_second(ds, second + 100) as ingest_ts
from overtime;

insert into truth_entities select distinct getvariable('scenario'), 'staff', staff_id(s)::varchar, getvariable('start'), getvariable('stop'), side() from overtime;
