-- ---
-- team: integrity
-- days: 1
-- benign: true
-- ---
-- A moderator stands in for a lead on leave: the lead's tools, with a ticket, granted and approved by the right people.
-- Size: one grant. Benign.
insert into extra_privilege_grants by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 0) as grant_id, ds, at_second(ds, 36000) as event_ts,
    staff_id(6 + 4 * getvariable('turn')) as staff_id, 'bulk_actions' as entitlement,
    staff_id(1 + floor(0.98 * getvariable('staff'))::bigint) as grantor_id, staff_id(1 + floor(0.85 * getvariable('staff'))::bigint) as approver_id,
    'TS-' || (510000 + day_number(ds) % 1000) as ticket_id,
    at_second(ds, 36000) + interval 14 days as expires_ts, at_second(ds, 36400) as ingest_ts
from scenario_days();

insert into truth_entities from entity('staff', staff_id(6 + 4 * getvariable('turn')));
