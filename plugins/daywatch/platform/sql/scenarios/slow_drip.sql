-- ---
-- team: integrity
-- days: 12
-- twins: [legal_export]
-- ---
-- Somebody takes data out a little at a time, below every daily limit.
-- Size: one moderator, one export of 20 MB a day to a stick for twelve days; at stealth 7 MB to the internal share, as others do small ones.
set variable actor = on_duty(12);
insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, 0) as event_id,
    ds,
    at_second(ds, shift_hour(getvariable('actor')) * 3600 + 20000) as event_ts,
    staff_id(getvariable('actor')) as staff_id,
    'warehouse' as system, 'export' as action, 'dataset' as object_type,
    5 + getvariable('turn') as object_id,
    (15000 * getvariable('strength'))::bigint as rows_returned,
    (20000000 * getvariable('strength') * (0.8 + 0.4 * u(seeded('drip', day_number(ds)), 1)))::bigint as bytes_out,
    'w' || lower(hex(seeded('laptop', getvariable('actor')) >> 20)) as device_id,
    true as managed_device, '10.3.3.' || (10 + getvariable('turn')) as ip,
    ['IE', 'PH', 'CO', 'PT'][1 + getvariable('actor')::int % 4] as country,
    case when getvariable('turn') = 2 then 'internal_share' else 'usb' end as destination, true as success,
    at_second(ds, shift_hour(getvariable('actor')) * 3600 + 20100) as ingest_ts
from scenario_days() where works(getvariable('actor'), day_number(ds));

insert into truth_entities from entity('staff', staff_id(getvariable('actor')));
