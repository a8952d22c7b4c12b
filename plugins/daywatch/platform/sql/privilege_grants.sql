select
    event_id(daynum, s) as grant_id,
    day as ds,
    event_ts,
    staff_id(s) as staff_id,
    case staff_role(s) when 'moderator' then 'queue_' || queue_of(s) when 'qa' then 'qa_console' when 'lead' then 'bulk_actions' when 'analyst' then 'warehouse_read' else 'tool_deploy' end as entitlement,
    staff_id(1 + floor(0.98 * getvariable('staff'))::bigint) as grantor_id,
    staff_id(1 + floor(0.85 * getvariable('staff'))::bigint) as approver_id,
    'TS-' || (100000 + floor(u(h, 2) * 900000)::int) as ticket_id,
    event_ts + interval 90 days as expires_ts,
    case when u(h, 3) < 0.3 then event_ts + to_days(1 + floor(u(h, 4) * 60)::int) end as revoked_ts,
    arrives(event_ts, h, 5) as ingest_ts
from (
    select day, daynum, s, row_hash('grant', daynum, s, 0) as h, at_second(day, floor(28800 + 36000 * u(row_hash('grant', daynum, s, 0), 6))::bigint) as event_ts
    from range(1, getvariable('staff') + 1) as people(s) cross join days_now()
) where u(h, 1) < 0.03
