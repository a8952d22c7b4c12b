-- ---
-- team: integrity
-- days: 7
-- twins: [specialist_queue]
-- newest: true
-- ---
-- A moderator is paid to bring accounts back that a rule has suspended, and to let one creator's videos through.
-- Size: one moderator, on each of seven days six accounts reinstated on appeal and five of the creator's videos approved.
set variable actor = on_duty(2);

-- the rule suspends them (again), the appeal follows within the hour, and the same person answers it at once
create or replace temp table bribes as
select ds, n, seeded('bribe', day_number(ds) * 1000 + n * 10 + getvariable('turn')) as h, shift_hour(getvariable('actor')) * 3600 + 3600 + n * 1500 as second,
    account_id(1, 900 + 200 * getvariable('turn') + n % 4) as account
from scenario_days(), range(greatest(1, (6 * getvariable('strength') * getvariable('scale'))::int)) as bribes(n)
where works(getvariable('actor'), day_number(ds)) and (getvariable('strength') > 0.5 or n < 2);

insert into extra_enforcement_actions by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as action_id, ds, at_second(ds, second - 3000) as event_ts,
    'account' as target_type, account as target_id, account as owner_account_id, 'scams_and_fraud' as policy_id,
    'suspend' as action, 'automod' as source, 'account_integrity' as rule_id, 'GB' as market, at_second(ds, second - 2900) as ingest_ts
from bribes;

insert into extra_appeals by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as appeal_id, ds, at_second(ds, second - 1800) as filed_ts,
    extra_id(ds, n) as action_id, at_second(ds, second) as resolved_ts, 'overturned' as outcome,
    staff_id(getvariable('actor')) as resolver_staff_id, at_second(ds, second - 1700) as ingest_ts
from bribes;

insert into extra_review_tasks by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as review_id, ds,
    at_second(ds, second - 2000) as created_ts, at_second(ds, second - 200) as assigned_ts, at_second(ds, second - 150) as opened_ts,
    at_second(ds, second - 100) as decided_ts,
    queue_of(getvariable('actor')) as queue_id, 'p1' as priority, 240 as sla_minutes, 'video' as target_type,
    video_id(day_number(ds) - 1, 1, 5 + n) as target_id, account_id(1, 900 + 200 * getvariable('turn')) as owner_account_id,
    'GB' as market, 'en' as language, staff_id(getvariable('actor')) as staff_id, 'picked' as assignment, 'approve' as decision,
    round(0.55 + 0.4 * u(h, 1), 4) as model_score, 22 as watch_s, 30 as content_s, at_second(ds, second) as ingest_ts
from (select ds, h, second, n from bribes where n < 5);

insert into truth_entities from entity('staff', staff_id(getvariable('actor')));
insert into truth_entities select distinct getvariable('scenario'), 'account', account::varchar, getvariable('start'), getvariable('stop'), side() from bribes;
