-- Most look-ups belong to a review; leads and analysts look things up with a ticket; analysts export small sets, others seldom. Now and then
-- somebody finishes a case after the shift, a lead works from another site for a week, or a VPN leaves in another country.
with reviewed as (
    select *, row_hash('access', day_number(ds), review_id, 0) as h from review_tasks
),

for_review as (
    select ds, staff_id - 5000 as s, h, opened_ts as event_ts, 'review_tool' as system, 'view' as action, target_type as object_type, target_id as object_id,
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

late as (
    select ds, s, h, shift_end + to_milliseconds(4000000 + floor(u(h, 4) * 6000000)::bigint) as event_ts, 0.8 * u(h, 5) as kind, i
    from (
        select ds, s, shift_end, i, row_hash('late', day_number(ds), s, i) as h
        from (
            select ds, staff_id - 5000 as s, shift_end, unnest(range(1 + floor(3 * u(seeded(staff_id, day_number(ds)), 22))::int)) as i
            from staff_shifts where u(seeded(staff_id, day_number(ds)), 21) < 0.03
        )
    ) where shift_end + interval 3 hours < ds::timestamp + interval 1 day
),

at_desk as (
    select *, case when kind < 0.65 then 'view' when staff_role(s) = 'analyst' and kind >= 0.92 or staff_role(s) in ('lead', 'moderator') and kind >= 0.985 then 'export' else 'search' end as action
    from (select * from office union all select * from late)
),

other as (
    select ds, s, h, event_ts,
        case when kind < 0.8 then 'admin' when action = 'export' then 'warehouse' else 'case_tool' end as system,
        action,
        case when action = 'export' then 'dataset'
            when action = 'view' and u(h, 14) < 0.02 and (staff_role(s) = 'lead' or queue_of(s) = 'vip') then 'vip_account' else 'account' end as object_type,
        case when action = 'export' then 1 + floor(u(h, 6) * 40)::bigint else account_id(0, floor(u(h, 6) * 3000)::bigint) end as object_id,
        floor(case action when 'view' then 1 when 'search' then 20 * exp(bell(h, 7)) else 4000 * exp(0.8 * bell(h, 7)) end)::bigint as rows_returned,
        floor(case action when 'view' then 3000 when 'search' then 20000 * exp(bell(h, 7)) else 900000 * exp(0.8 * bell(h, 7)) end)::bigint as bytes_out,
        case when u(h, 8) < 0.985 then 'TS-' || (100000 + floor(u(h, 9) * 900000)::int) end as ticket_id,
        case when action = 'export' then 'internal_share' end as destination
    from at_desk
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
    case when u(h, 13) < 0.0002 then 'NL' when staff_role(s) = 'lead' and u(seeded(s, day_number(ds) // 7), 23) < 0.06 then 'SG'
        else ['IE', 'PH', 'CO', 'PT'][1 + s::int % 4] end as country,
    destination,
    u(h, 11) >= 0.006 as success,
    arrives(event_ts, h, 12) as ingest_ts
from all_access
