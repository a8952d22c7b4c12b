-- ---
-- team: integrity
-- days: 1
-- benign: true
-- newest: true
-- ---
-- A lead hands data to the authorities: one large export with a legal ticket, to the legal portal.
-- Size: one lead, two exports of about 200 MB on one day. Benign.
insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, 39600 + n * 1800) as event_ts,
    staff_id((0.82 * getvariable('staff'))::int + 2) as staff_id,
    'warehouse' as system, 'export' as action, 'dataset' as object_type,
    30 + n as object_id,
    200000 as rows_returned, 200000000 + 1000 * n as bytes_out,
    'LEGAL-' || (4000 + day_number(ds) + n) as ticket_id,
    'w' || lower(hex(seeded('laptop', 77) >> 20)) as device_id,
    true as managed_device, '10.25.1.20' as ip, 'IE' as country,
    'legal_portal' as destination, true as success,
    at_second(ds, 39600 + n * 1800 + 120) as ingest_ts
from scenario_days(), range(2) as exports(n);

insert into truth_entities from entity('staff', staff_id((0.82 * getvariable('staff'))::int + 2));
