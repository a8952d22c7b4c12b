-- ---
-- team: integrity
-- days: 2
-- twins: [legal_export]
-- newest: true
-- ---
-- An analyst who has given notice takes data sets to a personal cloud.
-- Size: one analyst, five exports a day of about 400 MB on two days, some hundred times the usual.
insert into staff_changes
select staff_id((0.9 * getvariable('staff'))::int + 1 + getvariable('turn')), null, getvariable('start') - 10;

insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, 68400 + n * 900) as event_ts,
    staff_id((0.9 * getvariable('staff'))::int + 1 + getvariable('turn')) as staff_id,
    'warehouse' as system, 'export' as action, 'dataset' as object_type,
    3 + n as object_id,
    (400000 * getvariable('strength'))::bigint + 1000 * n as rows_returned,
    (400000000 * getvariable('strength'))::bigint + 1000000 * n as bytes_out,
    'w' || lower(hex(seeded('laptop', n) >> 20)) as device_id,
    false as managed_device, '88.12.4.' || (10 + getvariable('turn')) as ip, 'IE' as country,
    'personal_cloud' as destination, true as success,
    at_second(ds, 68400 + n * 900 + 120) as ingest_ts
from scenario_days(), range(5) as exports(n);

insert into truth_entities from entity('staff', staff_id((0.9 * getvariable('staff'))::int + 1 + getvariable('turn')));
