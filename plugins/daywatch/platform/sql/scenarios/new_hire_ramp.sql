-- ---
-- team: integrity
-- days: 13
-- benign: true
-- ---
-- A new moderator learns: more looks each day, each with a training ticket.
-- Size: one moderator, 6 looks on the first day and 6 more each day after. Benign.
insert into staff_changes select staff_id(7), getvariable('start'), null;

insert into extra_staff_access_log by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as event_id,
    ds,
    at_second(ds, shift_hour(7) * 3600 + 600 + n * 240) as event_ts,
    staff_id(7) as staff_id,
    'review_tool' as system, 'view' as action, 'account' as object_type,
    account_id(1, 500 + n) as object_id,
    1 as rows_returned, 3000 as bytes_out,
    'TRAIN-' || day_number(ds) as ticket_id,
    'w' || lower(hex(seeded('laptop', 7) >> 20)) as device_id,
    true as managed_device, '10.7.8.20' as ip, 'PT' as country, true as success,
    at_second(ds, shift_hour(7) * 3600 + 700 + n * 240) as ingest_ts
from (select ds, unnest(range(6 * (1 + (ds - getvariable('start'))))) as n from scenario_days());

insert into truth_entities from entity('staff', staff_id(7));
