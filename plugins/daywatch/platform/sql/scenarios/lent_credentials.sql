-- ---
-- team: integrity
-- days: 3
-- twins: [travelling_lead]
-- newest: true
-- ---
-- A moderator gives somebody else the password: looks from another country and from a machine that is not ours.
-- Size: one moderator, 25 looks an evening from abroad on three days; at stealth from the same country, an hour and a half after the shift.
set variable actor = on_duty(4);
insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, second + n * 180) as event_ts,
    staff_id(getvariable('actor')) as staff_id,
    'admin' as system, case when n % 5 = 4 then 'search' else 'view' end as action, 'account' as object_type,
    account_id(3, 300 + n + 40 * getvariable('turn')) as object_id,
    1 as rows_returned, 3000 + 10 * n as bytes_out,
    'TS-' || (700000 + day_number(ds) * 10 + n % 3) as ticket_id,
    'x' || lower(hex(seeded('lent', getvariable('turn')) >> 20)) as device_id,
    false as managed_device, '91.8.3.' || (10 + getvariable('turn')) as ip,
    case when getvariable('turn') = 2 then ['IE', 'PH', 'CO', 'PT'][1 + getvariable('actor')::int % 4] else 'RO' end as country,
    true as success,
    at_second(ds, second + n * 180 + 90) as ingest_ts
from (
    -- an hour before the shift's end, while its owner works; at stealth (and where the day allows) after it
    select ds, shift_hour(getvariable('actor')) * 3600 + 7 * 3600
        + case when getvariable('turn') = 2 and shift_hour(getvariable('actor')) <= 13 then 9000 else 0 end as second
    from scenario_days()
), range((25 * getvariable('strength'))::int) as looks(n);

insert into truth_entities from entity('staff', staff_id(getvariable('actor')));
