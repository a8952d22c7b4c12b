-- ---
-- team: integrity
-- days: 4
-- benign: true
-- ---
-- A lead visits another site: looks from that country, on the usual machine, on one evening after hours, with tickets.
-- Size: one lead, ten looks a day on four days. Benign.
insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, 79200 + n * 300) as event_ts,
    staff_id((0.82 * getvariable('staff'))::int + 1 + getvariable('turn')) as staff_id,
    'case_tool' as system, 'view' as action, 'account' as object_type,
    account_id(0, 700 + n) as object_id,
    1 as rows_returned, 3000 as bytes_out,
    'TS-' || (600000 + day_number(ds) % 1000 * 10 + n % 4) as ticket_id,
    'w' || lower(hex(seeded('laptop', (0.82 * getvariable('staff'))::int + 1 + getvariable('turn')) >> 20)) as device_id,
    true as managed_device, '10.60.1.20' as ip, 'SG' as country, true as success,
    at_second(ds, 79200 + n * 300 + 60) as ingest_ts
from scenario_days(), range(10) as looks(n);

insert into truth_entities from entity('staff', staff_id((0.82 * getvariable('staff'))::int + 1 + getvariable('turn')));
