-- ---
-- team: integrity
-- days: 2
-- twins: [new_hire_ramp]
-- newest: true
-- ---
-- A moderator looks at the accounts of famous people, out of shift, without review task or ticket.
-- Size: one moderator, 12 looks a day on two days.
insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, ((shift_hour(3 + getvariable('turn')) + 12) % 24) * 3600 + n * 240) as event_ts,
    staff_id(3 + getvariable('turn')) as staff_id,
    'admin' as system, 'view' as action, 'vip_account' as object_type,
    account_id(0, n) as object_id,
    1 as rows_returned, 4000 + 10 * n as bytes_out,
    'w' || lower(hex(seeded('laptop', 3 + getvariable('turn')) >> 20)) as device_id,
    true as managed_device, '10.9.8.' || (10 + getvariable('turn')) as ip, 'PH' as country, true as success,
    at_second(ds, ((shift_hour(3 + getvariable('turn')) + 12) % 24) * 3600 + n * 240 + 90) as ingest_ts
from scenario_days(), range((12 * getvariable('strength'))::int) as looks(n);

insert into truth_entities from entity('staff', staff_id(3 + getvariable('turn')));
