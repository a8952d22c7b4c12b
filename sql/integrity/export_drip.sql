-- ---
-- title: Data taken out a little at a time
-- description: |
--   On several of the last seven days a staff member took out, without a ticket, more than five times their usual and
--   more than their role's P99, each time too little for the daily limit: a slow drip.
-- owner: conduct_oncall
-- status: production
-- severity: high
-- policy: staff_conduct
-- techniques: [T1213, T1567, T1030]
-- grain: [staff_id]
-- columns:
--   staff_id: bigint
--   role: text
--   days_seen: bigint
--   drip_days: bigint
--   drip_bytes: bigint
--   usual_bytes: double
--   peer_p99_bytes: double
--   score: double
-- lookback: 7d
-- parameters: {min_bytes: 5000000, own_ratio: 5.0, min_days: 2}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   dripping_staff:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--     persistence: {days: 1, of: 1}
-- alert:
--   repeat_after: 7d
--   evidence: [staff_id, role, drip_days, drip_bytes, usual_bytes, peer_p99_bytes]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. Compare `drip_bytes` (together, on `drip_days` of the last seven) with `usual_bytes`, the person's own median
--      day, and `peer_p99_bytes`, the role's.
--   2. In `staff_access_log`, list the seven days' events of the `staff_id` with `bytes_out` > 1,000,000 and no
--      `ticket_id`: which `object_id`s, which `destination`? Parts of one data set in a row are a copy in pieces.
--   3. Look 28 days back for where it began, and read `staff.notice_date`.
--   4. Ask the lead for the task within a day; a new report that runs daily gets a ticket and an exception with an end.
--   5. Else open a case, preserve the logs, tell security.
-- blind_spots:
--   - drips below min_bytes a day, or fewer than min_days in a week
--   - people whose usual is already high
--   - a person without history in the 28 days of integrity.bulk_export has usual 0
-- false_positives:
--   - a new daily report without a ticket
-- references:
--   - "ATT&CK T1030: Data Transfer Size Limits"
-- related: [integrity.bulk_export]
-- ---
with days_out as (
    select
        staff_id, role, day, untracked_bytes, usual_bytes, peer_p99_bytes,
        case
            when untracked_bytes >= :min_bytes and untracked_bytes > :own_ratio * usual_bytes
                and untracked_bytes > peer_p99_bytes then 1 else 0
        end as drip
    from risk.bulk_export
),

people as (
    select
        staff_id, min(role) as role, count(*) as days_seen, sum(drip) as drip_days,
        coalesce(sum(untracked_bytes) filter (where drip = 1), 0) as drip_bytes,
        percentile_cont(0.5) within group (order by usual_bytes) as usual_bytes, max(peer_p99_bytes) as peer_p99_bytes
    from days_out
    group by staff_id
)

select
    staff_id, role, days_seen, drip_days, drip_bytes, usual_bytes, peer_p99_bytes,
    case when drip_days >= :min_days then least(90e0, 30e0 + 10 * drip_days) else 0e0 end as score
from people
