-- ---
-- title: Bulk export by staff
-- description: |
--   A staff member took out far more data in a day than they ever do and than their role does. Weighs double after
--   notice was given; a destination never used before is told.
-- owner: conduct_oncall
-- status: production
-- severity: critical
-- policy: staff_conduct
-- techniques: [T1213, T1567]
-- grain: [staff_id]
-- columns:
--   staff_id: bigint
--   role: text
--   bytes_out: bigint
--   untracked_bytes: bigint
--   rows_out: bigint
--   exports: bigint
--   usual_bytes: double
--   spread_bytes: double
--   peer_p99_bytes: double
--   new_destination: boolean
--   on_notice: boolean
--   weighted_bytes: double
-- lookback: 29d
-- parameters: {min_bytes: 50000000, own_spreads: 6.0, own_ratio: 5.0, peer_ratio: 1.0}
-- entities:
--   - {type: staff, column: staff_id, score: 60}
-- indicators:
--   bulk_exporters:
--     value: count(*)
--     filter: weighted_bytes >= :min_bytes and weighted_bytes > usual_bytes + :own_spreads * spread_bytes and weighted_bytes > :own_ratio * usual_bytes and weighted_bytes > :peer_ratio * peer_p99_bytes
--     kind: count
--     unit: staff
--     breach: {above: 0}
--   bytes_taken_out:
--     value: sum(bytes_out)
--     kind: count
--     unit: bytes
--     breach: {above: 1000000000, change: {against: same_weekday, direction: up, by: 100%, min_count: 1000000000}}
--     severity: medium
-- alert:
--   repeat_after: 3d
--   evidence: [staff_id, weighted_bytes, usual_bytes, peer_p99_bytes, on_notice, new_destination, role, bytes_out, rows_out, untracked_bytes]
--   order_by: weighted_bytes desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one.
--   1. Compare `bytes_out` with `usual_bytes` (their own median day of the 28 before) and `peer_p99_bytes` (their
--      role's). `on_notice` counts bytes double, because most theft happens in the last month of a contract.
--   2. In `staff_access_log`, list the day's events of the `staff_id` with `bytes_out` > 0: `system`, `destination`,
--      `managed_device`. A legal hold or a migration has a
--      `ticket_id` and is not weighed (`untracked_bytes` is without one); ask for a missing one within the hour.
--   3. `new_destination` with an unmanaged device: suspend the session first, ask afterwards.
--   4. Look 28 days back for a slow rise: practice runs come before the day itself.
--   5. Open a case, preserve the logs, tell security and legal. Close only with the ticket's owner's word.
-- blind_spots:
--   - a ticket opened to cover a theft; check the owner of large ticketed exports once a month
--   - slow drips below min_bytes a day
--   - photographs of the screen
--   - a role in which everybody exports (the peers' P99 is then high)
-- false_positives:
--   - approved exports whose ticket was not entered
--   - the first working weeks of a data analyst
-- references:
--   - "CERT Guide to Insider Threats: theft of intellectual property within 30 days of leaving"
-- related: [integrity.off_scope_access]
-- ---
with exported as (
    -- distinct, because an event may be delivered twice
    select distinct event_id, staff_id, ds, bytes_out, rows_returned, destination, ticket_id
    from staff_access_log
    where bytes_out > 0 and success and staff_id is not null
),

staff_days as (
    select
        exported.staff_id, exported.ds, coalesce(staff.role, 'unknown') as role,
        sum(bytes_out) as bytes_out,
        sum(case when ticket_id is null then bytes_out else 0 end) as untracked_bytes,
        sum(coalesce(rows_returned, 0)) as rows_out, count(*) as exports
    from exported
    left join staff on staff.staff_id = exported.staff_id
    group by exported.staff_id, exported.ds, staff.role
),

own_median as (
    select staff_id, percentile_cont(0.5) within group (order by bytes_out) as usual_bytes
    from staff_days
    where ds < :day
    group by staff_id
),

own_spread as (
    -- 1.4826 makes the median absolute deviation comparable with a standard deviation
    select
        staff_days.staff_id,
        1.4826 * percentile_cont(0.5) within group (order by abs(bytes_out - usual_bytes)) as spread_bytes
    from staff_days
    inner join own_median on own_median.staff_id = staff_days.staff_id
    where ds < :day
    group by staff_days.staff_id
),

role_p99 as (
    select role, percentile_cont(0.99) within group (order by bytes_out) as peer_p99_bytes
    from staff_days
    where ds < :day
    group by role
),

destinations as (
    select staff_id, destination, min(ds) as first_used
    from exported
    where destination is not null
    group by staff_id, destination
),

new_destinations as (
    select staff_id, count(*) as destinations from destinations where first_used = :day group by staff_id
)

select
    today.staff_id,
    today.role,
    today.bytes_out,
    today.untracked_bytes,
    today.rows_out,
    today.exports,
    coalesce(own_median.usual_bytes, 0) as usual_bytes,
    coalesce(own_spread.spread_bytes, 0) as spread_bytes,
    coalesce(role_p99.peer_p99_bytes, 0) as peer_p99_bytes,
    new_destinations.staff_id is not null as new_destination,
    coalesce(staff.notice_date <= :day, false) as on_notice,
    case when staff.notice_date <= :day then 2e0 else 1e0 end * today.untracked_bytes as weighted_bytes
from staff_days as today
left join own_median on own_median.staff_id = today.staff_id
left join own_spread on own_spread.staff_id = today.staff_id
left join role_p99 on role_p99.role = today.role
left join new_destinations on new_destinations.staff_id = today.staff_id
left join staff on staff.staff_id = today.staff_id
where today.ds = :day
