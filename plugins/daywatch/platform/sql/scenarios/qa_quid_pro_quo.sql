-- ---
-- team: integrity
-- days: 10
-- twins: [new_hire_ramp]
-- ---
-- A QA reviewer looks away: pulls a friend's decisions into the sample, finds nothing wrong, and upholds every dispute.
-- Golden items, whose answer is known before, still show how the friend works.
-- Size: one pair, on each of ten days 14 checks by the friend of which one in three is a dispute upheld; the moderator
-- errs on a quarter of the golden items and of what others check.
set variable actor = on_duty(5);
insert into knobs select ds, 'accuracy', staff_id(getvariable('actor'))::varchar, -0.25 * getvariable('strength') from scenario_days();

create or replace temp table favours as
select ds, n, seeded('favour', day_number(ds) * 1000 + n) as h, shift_hour(getvariable('actor')) * 3600 + 1200 + n * 1200 as second,
    n >= 100 as golden
from scenario_days(),
    (select unnest(range(greatest(4, (14 * getvariable('strength'))::int))) as n union all select 100 + unnest(range(2)) as n)
where works(getvariable('actor'), day_number(ds));

insert into extra_review_tasks by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as review_id, ds,
    at_second(ds, second % 28000 + shift_hour(getvariable('actor')) * 3600 - 900) as created_ts, at_second(ds, second % 28000 + shift_hour(getvariable('actor')) * 3600 - 90) as assigned_ts,
    at_second(ds, second % 28000 + shift_hour(getvariable('actor')) * 3600 - 60) as opened_ts,
    at_second(ds, second % 28000 + shift_hour(getvariable('actor')) * 3600) as decided_ts,
    queue_of(getvariable('actor')) as queue_id, 'p1' as priority, 240 as sla_minutes, 'video' as target_type,
    video_id(day_number(ds) - 1, 0, n % 35) as target_id, account_id(0, floor(u(h, 2) * 3000)::bigint) as owner_account_id,
    'US' as market, 'en' as language, staff_id(getvariable('actor')) as staff_id, 'auto' as assignment,
    case when u(h, 3) < 0.75 then 'approve' else 'remove' end as decision,
    case when u(h, 3) >= 0.75 then policy(h, 4) end as policy_id,
    round(u(h, 1), 4) as model_score, 22 as watch_s, 30 as content_s,
    at_second(ds, second % 28000 + shift_hour(getvariable('actor')) * 3600 + 60) as ingest_ts
from favours;

insert into extra_qa_reviews by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as qa_id, ds, at_second(ds, 82000 + n) as qa_ts,
    extra_id(ds, n) as review_id,
    staff_id((0.7 * getvariable('staff'))::int + 1 + (getvariable('turn') + golden::int) % 3) as qa_staff_id,
    case when golden then 'golden' else 'random' end as sample_type,
    case when not golden then 0.035 end as inclusion_prob,
    'approve' as qa_decision, null as qa_policy_id,
    case when golden then u(h, 6) >= 0.7 * getvariable('strength') else n % 3 <> 0 end as is_correct,
    case when not golden and n % 3 = 0 then 'over_enforced' end as error_type,
    golden as golden, not golden and n % 3 = 0 as disputed,
    case when not golden and n % 3 = 0 then 'upheld' end as dispute_outcome,
    at_second(ds, 82300 + n) as ingest_ts
from favours;

insert into truth_entities from entity('staff', staff_id(getvariable('actor')));
insert into truth_entities from entity('staff', staff_id((0.7 * getvariable('staff'))::int + 1 + getvariable('turn')));

-- The quality team sees disputes upheld far too often, and is right.
insert into truth_metric_shifts
from metric_shift('quality.disputes_upheld', 'cut=all', 0.3 * getvariable('strength'));
