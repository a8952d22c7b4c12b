-- ---
-- team: integrity
-- days: 1
-- twins: [stand_in_lead]
-- newest: true
-- ---
-- Somebody gives themselves rights that nobody of their kind has, and looks around.
-- Size: two grants on one day: granted and approved by oneself; at medium approved only; at stealth one that a colleague signs, without ticket.
create or replace temp table grants as
select ds, n, [(0.82 * getvariable('staff'))::int + 1, (0.7 * getvariable('staff'))::int + 1, 18][1 + getvariable('turn')] as s
from scenario_days(), range(case when getvariable('turn') = 2 then 1 else 2 end) as grants(n);

insert into extra_privilege_grants by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as grant_id, ds, at_second(ds, 70000 + n * 300) as event_ts,
    staff_id(s) as staff_id, case when n = 0 then 'user_data_export' else 'audit_log_write' end as entitlement,
    case when getvariable('turn') = 0 then staff_id(s) else staff_id(1 + floor(0.98 * getvariable('staff'))::bigint) end as grantor_id,
    case when getvariable('turn') = 2 then staff_id(1 + floor(0.85 * getvariable('staff'))::bigint) else staff_id(s) end as approver_id,
    case when getvariable('turn') = 1 then 'TS-' || (500000 + day_number(ds) % 1000) end as ticket_id,
    at_second(ds, 70000) + interval 1 day as expires_ts, at_second(ds, 80000) as revoked_ts, at_second(ds, 70400) as ingest_ts
from grants;

insert into truth_entities select distinct getvariable('scenario'), 'staff', staff_id(s)::varchar, getvariable('start'), getvariable('stop'), side() from grants;
insert into truth_entities select distinct getvariable('scenario'), 'grant', extra_id(ds, n)::varchar, getvariable('start'), getvariable('stop'), side() from grants;
