-- Most grants are the tools of one's trade; one in twenty is for a project, a swap of queues or a stand-in, with a ticket too.
-- Nobody approves or grants their own: the second lead and the third stand in.
select
    event_id(daynum, s) as grant_id,
    day as ds,
    event_ts,
    staff_id(s) as staff_id,
    case when u(h, 7) < 0.05 then case staff_role(s) when 'moderator' then pick(['queue_general', 'queue_scams', 'queue_ads', 'queue_appeals'], h, 8)
            when 'qa' then 'queue_appeals' when 'lead' then 'warehouse_read' when 'analyst' then 'case_export' else 'warehouse_read' end
        else case staff_role(s) when 'moderator' then 'queue_' || queue_of(s) when 'qa' then 'qa_console' when 'lead' then 'bulk_actions' when 'analyst' then 'warehouse_read' else 'tool_deploy' end end as entitlement,
    staff_id(case when s = 1 + floor(0.98 * getvariable('staff'))::bigint then 2 + floor(0.85 * getvariable('staff'))::bigint
        else 1 + floor(0.98 * getvariable('staff'))::bigint end) as grantor_id,
    staff_id(case when s = 1 + floor(0.85 * getvariable('staff'))::bigint then floor(0.85 * getvariable('staff'))::bigint
        else 1 + floor(0.85 * getvariable('staff'))::bigint end) as approver_id,
    case when u(h, 9) < 0.98 then 'TS-' || (100000 + floor(u(h, 2) * 900000)::int) end as ticket_id,
    event_ts + interval 90 days as expires_ts,
    case when u(h, 3) < 0.3 then event_ts + to_days(1 + floor(u(h, 4) * 60)::int) end as revoked_ts,
    arrives(event_ts, h, 5) as ingest_ts
from (
    select day, daynum, s, row_hash('grant', daynum, s, 0) as h, at_second(day, floor(28800 + 36000 * u(row_hash('grant', daynum, s, 0), 6))::bigint) as event_ts
    from range(1, getvariable('staff') + 1) as people(s) cross join days_now()
) where u(h, 1) < 0.03
