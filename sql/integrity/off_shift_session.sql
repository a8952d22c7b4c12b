-- ---
-- title: Session outside the shift, on a strange machine or from two countries
-- description: |
--   A staff session with two of three signs that somebody else is at the keyboard: outside the shift by more than an
--   hour, a device that is not managed, two countries in under two hours (CERT insider scenario 1).
-- owner: conduct_oncall
-- status: production
-- severity: critical
-- policy: staff_conduct
-- techniques: [T1078]
-- grain: [staff_id, session_start]
-- columns:
--   staff_id: bigint
--   session_start: timestamp
--   session_end: timestamp
--   role: text
--   events: bigint
--   off_shift_events: bigint
--   unmanaged_events: bigint
--   country_changes: bigint
--   countries: bigint
--   signals: bigint
--   score: double
-- lookback: 8d
-- parameters: {min_events: 2, min_unmanaged_share: 0.1, min_changes: 1, min_signals: 2}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   strange_sessions:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: sessions
--     breach: {above: 0}
--   off_shift_share:
--     numerator: sum(off_shift_events)
--     denominator: sum(events)
--     kind: rate
--     unit: share of events
--     breach: {target: {at_most: 0.1, min_n: 200}}
--     severity: low
-- alert:
--   repeat_after: 3d
--   evidence: [staff_id, role, session_start, session_end, signals, off_shift_events, unmanaged_events, country_changes, events]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too: note the case number with each.
--   1. Read which of `off_shift_events`, `unmanaged_events` and `country_changes` made up `signals`.
--   2. In `staff_access_log`, list the `staff_id`'s events from `session_start` to `session_end`: `device_id`, `ip`,
--      `country`. Two devices that take turns within minutes are two people: end the session first, ask afterwards.
--   3. In `staff_shifts`, read the two days around it; ask the lead for a swap that was not entered.
--   4. Compare with the `device_id`s of the seven days before. The same new device again is a lent credential.
--   5. List what was viewed; hand accounts without a reason to integrity.off_scope_access. Reset the credential
--      within the hour, or close with the reason.
-- blind_spots:
--   - a credential lent within the shift on a managed machine at the same site
--   - people without a roster (no shift in eight days) are never outside a shift here
--   - sessions are cut after 30 quiet minutes, so a pause splits one
-- false_positives:
--   - a VPN exit abroad on an evening of overtime that was not entered
--   - a replacement laptop before its enrolment, used after hours
-- references:
--   - "Glasser, Lindauer 2013: Bridging the Gap, a pragmatic approach to generating insider threat data (CERT), scenario 1"
-- related: [integrity.off_scope_access, integrity.bulk_export]
-- ---
with events as (
    -- distinct, because an event may be delivered twice; yesterday's, for sessions that pass midnight
    select distinct event_id, staff_id, ds, event_ts, coalesce(managed_device, false) as managed, country
    from staff_access_log
    where ds between :day - interval '1 day' and :day and success and staff_id is not null
),

shifts as (
    -- an hour on both sides is handover
    select
        staff_id,
        shift_start - interval '1 hour' as begins,
        shift_end + interval '1 hour' as ends
    from staff_shifts
),

rostered as (
    select distinct staff_id from shifts
),

events_before as (
    select
        *,
        lag(event_ts) over (partition by staff_id order by event_ts, event_id) as before_ts,
        lag(country) over (partition by staff_id order by event_ts, event_id) as before_country
    from events
),

events_marked as (
    select
        seen.staff_id, seen.event_id, seen.ds, seen.event_ts, seen.managed, seen.country,
        case when event_ts - before_ts < interval '30 minutes' then 0 else 1 end as begins_session,
        case
            when country <> before_country and event_ts - before_ts < interval '2 hours' then 1 else 0
        end as changes_country,
        case
            when rostered.staff_id is not null and not exists (
                select 1 from shifts
                where shifts.staff_id = seen.staff_id and seen.event_ts between shifts.begins and shifts.ends
            ) then 1 else 0
        end as off_shift
    from events_before as seen
    left join rostered on rostered.staff_id = seen.staff_id
),

events_numbered as (
    select
        *,
        sum(begins_session) over (
            partition by staff_id order by event_ts, event_id
            rows between unbounded preceding and current row
        ) as session_no
    from events_marked
),

sessions as (
    select
        staff_id, min(event_ts) as session_start, max(event_ts) as session_end, count(*) as events,
        sum(off_shift) as off_shift_events, count(*) filter (where not managed) as unmanaged_events,
        sum(changes_country) as country_changes, count(distinct country) as countries,
        case when sum(off_shift) >= :min_events then 1 else 0 end
        + case
            when count(*) filter (where not managed) >= greatest(:min_events, :min_unmanaged_share * count(*)) then 1 else 0
        end
        + case when sum(changes_country) >= :min_changes then 1 else 0 end as signals
    from events_numbered
    group by staff_id, session_no
    having max(ds) = :day
)

select
    sessions.staff_id, session_start, session_end, coalesce(staff.role, 'unknown') as role, events, off_shift_events,
    unmanaged_events, country_changes, countries, signals,
    case when signals >= :min_signals then least(100e0, 30e0 * signals + least(10, unmanaged_events)) else 0e0 end as score
from sessions
left join staff on staff.staff_id = sessions.staff_id
