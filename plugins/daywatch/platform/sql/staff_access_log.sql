-- Most look-ups belong to a review; leads and analysts look things up with a ticket, and export small sets.
with reviewed as (
    select *, row_hash('access', day_number(ds), review_id, 0) as h from review_tasks
),

for_review as (
    select ds, staff_id - 5000 as s, h, opened_ts as event_ts, 'review_tool' as system, 'view' as action, 'video' as object_type, target_id as object_id,
        1 as rows_returned, 2000 + floor(u(h, 3) * 9000)::bigint as bytes_out, null as ticket_id, null as destination
    from reviewed where u(h, 1) < 0.93 and opened_ts >= ds
),

office as (
    select ds, s, h, shift_start + to_milliseconds(floor(u(h, 4) * 28700000)::bigint) as event_ts, u(h, 5) as kind, i
    from (
        select ds, s, shift_start, i, row_hash('office', day_number(ds), s, i) as h
        from (select ds, staff_id - 5000 as s, shift_start, unnest(range(case when staff_role(staff_id - 5000) = 'moderator' then 4 else 12 + (staff_id % 9) * 3 end)) as i from staff_shifts)
    )
),

other as (
    select ds, s, h, event_ts,
        case when kind < 0.8 then 'admin' when kind < 0.92 or staff_role(s) <> 'analyst' then 'case_tool' else 'warehouse' end as system,
        case when kind < 0.65 then 'view' when kind < 0.92 or staff_role(s) <> 'analyst' then 'search' else 'export' end as action,
        case when kind < 0.65 then 'account' when kind < 0.92 or staff_role(s) <> 'analyst' then 'account' else 'dataset' end as object_type,
        case when kind < 0.92 or staff_role(s) <> 'analyst' then account_id(0, floor(u(h, 6) * 3000)::bigint) else 1 + floor(u(h, 6) * 40)::bigint end as object_id,
        floor(case when kind < 0.65 then 1 when kind < 0.92 or staff_role(s) <> 'analyst' then 20 * exp(bell(h, 7)) else 4000 * exp(0.8 * bell(h, 7)) end)::bigint as rows_returned,
        floor(case when kind < 0.65 then 3000 when kind < 0.92 or staff_role(s) <> 'analyst' then 20000 * exp(bell(h, 7)) else 900000 * exp(0.8 * bell(h, 7)) end)::bigint as bytes_out,
        case when u(h, 8) < 0.985 then 'TS-' || (100000 + floor(u(h, 9) * 900000)::int) end as ticket_id,
        case when kind >= 0.92 and staff_role(s) = 'analyst' then 'internal_share' end as destination
    from office
),

all_access as (select * from for_review union all select * from other)

select
    event_id(day_number(ds), row_number() over (partition by ds order by s, event_ts, h)) as event_id,
    ds,
    event_ts,
    staff_id(s) as staff_id,
    system, action, object_type, object_id, rows_returned, bytes_out, ticket_id,
    'w' || lower(hex(seeded('laptop', s) >> 20)) as device_id,
    u(h, 10) >= 0.004 as managed_device,
    '10.' || (s % 200) || '.' || (1 + s % 250) || '.' || (1 + floor(u(seeded('laptop', s), 1) * 250)::int) as ip,
    ['IE', 'PH', 'CO', 'PT'][1 + s::int % 4] as country,
    destination,
    u(h, 11) >= 0.006 as success,
    arrives(event_ts, h, 12) as ingest_ts
from all_access
