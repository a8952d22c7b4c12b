-- ---
-- title: Bulk export by staff
-- description: |
--   A staff member took out far more bytes or rows in a day than they ever do and than their role does (double weight
--   after notice was given), or took data without a ticket to a destination for which their role never had one.
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
--   usual_rows: double
--   peer_p99_bytes: double
--   peer_p99_rows: double
--   new_destination: boolean
--   strange_bytes: bigint
--   on_notice: boolean
--   weighted_bytes: double
--   weighted_rows: double
--   score: double
-- lookback: 29d
-- parameters:
--   {min_bytes: 50000000, min_rows: 100000, own_spreads: 6.0, own_ratio: 5.0, peer_ratio: 1.0, outlier_ratio: 8.0,
--   strange_bytes: 1000000, min_history: 7}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   bulk_exporters:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--   bytes_without_ticket:
--     value: sum(untracked_bytes)
--     kind: count
--     unit: bytes
--     breach: {all: [{above: 1000000000}, {change: {against: same_weekday, direction: up, by: 100%, min_count: 1000000000}}]}
--     severity: medium
-- alert:
--   repeat_after: 3d
--   evidence: [staff_id, weighted_bytes, usual_bytes, peer_p99_bytes, weighted_rows, strange_bytes, on_notice, new_destination, role, bytes_out, rows_out, untracked_bytes]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. Compare `weighted_bytes` with `usual_bytes` (their own median day of the 28 before) and `peer_p99_bytes` (their
--      role's), `weighted_rows` with `peer_p99_rows`. `on_notice` counts double: most theft happens in the last month
--      of a contract.
--   2. In `staff_access_log`, list the day's events of the `staff_id` with `bytes_out` > 0: `system`, `destination`,
--      `managed_device`. A legal hold or a migration has a `ticket_id` and is not weighed (`untracked_bytes` is
--      without one); ask for a missing one within the hour.
--   3. `strange_bytes` went, without a ticket, to a destination for which nobody of the role had a ticket in 28 days;
--      with an unmanaged device suspend the session first, ask afterwards.
--   4. Look 28 days back for a slow rise (integrity.export_drip): practice runs come before the day itself.
--   5. Open a case, preserve the logs, tell security and legal. Close only with the ticket's owner's word.
-- blind_spots:
--   - a ticket opened to cover a theft; check the owner of large ticketed exports once a month
--   - drips below min_bytes a day to a destination that the role uses (integrity.export_drip)
--   - photographs of the screen
--   - a role in which everybody exports (the peers' P99 is then high)
-- false_positives:
--   - approved exports whose ticket was not entered
--   - the first working weeks of a data analyst
--   - a new share, until its first export with a ticket
-- references:
--   - "CERT Guide to Insider Threats: theft of intellectual property within 30 days of leaving"
-- related: [integrity.off_scope_access, integrity.off_shift_session, integrity.export_drip]
-- ---
with exported as (
    -- distinct, because an event may be delivered twice
    select distinct
        event_id, exports.staff_id, ds, bytes_out, coalesce(rows_returned, 0) as rows_out, destination,
        ticket_id is null as untracked, coalesce(staff.role, 'unknown') as role,
        case when staff.notice_date <= :day then 2e0 else 1e0 end as weight
    from staff_access_log as exports
    left join staff on staff.staff_id = exports.staff_id
    where bytes_out > 0 and success and exports.staff_id is not null
),

exported_today as (
    select
        exported.*,
        destination is not null and min(ds) over (partition by staff_id, destination) = :day as new_destination,
        destination is not null and not coalesce(
            min(case when not untracked then ds end) over (partition by role, destination) < :day, false
        ) as strange_destination
    from exported
),

today as (
    select
        staff_id, role, weight, sum(bytes_out) as bytes_out, sum(rows_out) as rows_out, count(*) as exports,
        coalesce(sum(bytes_out) filter (where untracked), 0) as untracked_bytes,
        coalesce(sum(rows_out) filter (where untracked), 0) as untracked_rows, bool_or(new_destination) as new_destination,
        coalesce(sum(bytes_out) filter (where untracked and strange_destination), 0) as strange_bytes
    from exported_today
    where ds = :day
    group by staff_id, role, weight
),

days_before as (
    select staff_id, role, ds, sum(bytes_out) as bytes_out, sum(rows_out) as rows_out
    from exported where ds < :day group by staff_id, role, ds
),

own_median as (
    select
        staff_id, percentile_cont(0.5) within group (order by bytes_out) as usual_bytes,
        percentile_cont(0.5) within group (order by rows_out) as usual_rows
    from days_before group by staff_id
),

own_spread as (
    -- 1.4826 makes the median absolute deviation comparable with a standard deviation
    select days_before.staff_id, 1.4826 * percentile_cont(0.5) within group (order by abs(bytes_out - usual_bytes)) as spread_bytes
    from days_before inner join own_median on own_median.staff_id = days_before.staff_id
    group by days_before.staff_id
),

role_p99 as (
    -- days far above a person's own are what is looked for, not what is usual
    select
        role, count(distinct ds) as history, percentile_cont(0.99) within group (order by bytes_out) as peer_p99_bytes,
        percentile_cont(0.99) within group (order by rows_out) as peer_p99_rows
    from days_before inner join own_median on own_median.staff_id = days_before.staff_id
    where bytes_out <= :outlier_ratio * usual_bytes
    group by role
)

select
    today.staff_id, today.role, bytes_out, untracked_bytes, rows_out, exports, coalesce(usual_bytes, 0) as usual_bytes,
    coalesce(spread_bytes, 0) as spread_bytes, coalesce(usual_rows, 0) as usual_rows, coalesce(peer_p99_bytes, 0) as peer_p99_bytes,
    coalesce(peer_p99_rows, 0) as peer_p99_rows, new_destination, strange_bytes, weight > 1 as on_notice,
    weight * untracked_bytes as weighted_bytes, weight * untracked_rows as weighted_rows,
    case
        when weight * untracked_bytes >= :min_bytes and weight * untracked_bytes > :own_ratio * coalesce(usual_bytes, 0)
            and weight * untracked_bytes > coalesce(usual_bytes + :own_spreads * spread_bytes, 0)
            and weight * untracked_bytes > :peer_ratio * coalesce(peer_p99_bytes, 0)
            then 60e0 + 20 * (weight - 1) + case when new_destination then 20 else 0 end
        when weight * untracked_rows >= :min_rows and weight * untracked_rows > :own_ratio * coalesce(usual_rows, 0)
            and weight * untracked_rows > :peer_ratio * coalesce(peer_p99_rows, 0) then 60e0
        when strange_bytes >= :strange_bytes and history >= :min_history then 50e0
        else 0e0
    end as score
from today
left join own_median on own_median.staff_id = today.staff_id
left join own_spread on own_spread.staff_id = today.staff_id
left join role_p99 on role_p99.role = today.role
