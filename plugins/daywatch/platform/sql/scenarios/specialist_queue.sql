-- ---
-- team: integrity
-- days: 14
-- benign: true
-- newest: true
-- ---
-- The only one who reads a language gets all that its few creators post, by hand: often the same ones, decided as usual.
-- Size: one moderator, eight decisions a day on four creators, six in ten approved, two weeks. Benign.
create or replace temp table specialist as
select ds, n, 20 + getvariable('turn') as s, seeded('specialist', day_number(ds) * 100 + n) as h,
    shift_hour(20 + getvariable('turn')) * 3600 + 1200 + n * 1800 as second
from scenario_days(), range(8) as tasks(n)
where works(20 + getvariable('turn'), day_number(ds)) and 20 + getvariable('turn') <= 0.7 * getvariable('staff');

insert into extra_review_tasks by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as review_id, ds,
    at_second(ds, second - 2000) as created_ts, at_second(ds, second - 200) as assigned_ts, at_second(ds, second - 150) as opened_ts,
    at_second(ds, second) as decided_ts,
    queue_of(s) as queue_id, 'p1' as priority, 240 as sla_minutes, 'video' as target_type,
    video_id(day_number(ds) - 1, 2, 20 + n) as target_id, account_id(2, 1500 + 10 * getvariable('turn') + n % 4) as owner_account_id,
    'DE' as market, 'is' as language, staff_id(s) as staff_id, 'manual' as assignment,
    case when u(h, 2) < 0.62 then 'approve' else 'remove' end as decision,
    case when u(h, 2) >= 0.62 then 'scams_and_fraud' end as policy_id,
    round(case when u(h, 2) < 0.62 then 0.1 + 0.6 * u(h, 1) else 0.5 + 0.45 * u(h, 1) end, 4) as model_score,
    25 as watch_s, 30 as content_s, at_second(ds, second + 200) as ingest_ts
from specialist;

insert into truth_entities from entity('staff', staff_id(20 + getvariable('turn')));
