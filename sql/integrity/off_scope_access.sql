-- ---
-- title: Looked at without a reason
-- description: |
--   A staff member viewed things that no review task of theirs, no shift and no ticket explains, or looked a famous
--   person up for the first time without task and ticket. Curiosity about people one knows, and paid look-ups, begin
--   like this.
-- owner: conduct_oncall
-- status: production
-- severity: high
-- policy: staff_conduct
-- techniques: [T1213, T1078]
-- grain: [staff_id]
-- columns:
--   staff_id: bigint
--   role: text
--   objects_viewed: bigint
--   off_scope_objects: bigint
--   off_scope_people: bigint
--   off_scope_share: double
--   vip_objects: bigint
--   off_scope_vips: bigint
--   first_vip: boolean
--   first_off_scope: timestamp
--   last_off_scope: timestamp
--   score: double
-- lookback: 29d
-- parameters: {min_objects: 5, min_vips_in_shift: 2}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   off_scope_staff:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--     persistence: {days: 1, of: 1}
--   off_scope_rate:
--     numerator: sum(off_scope_objects)
--     denominator: sum(objects_viewed)
--     kind: rate
--     unit: share of viewed objects
--     breach: {target: {at_most: 0.2, min_n: 100}}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [staff_id, role, off_scope_objects, off_scope_people, off_scope_vips, first_vip, objects_viewed, first_off_scope, last_off_scope]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. Read `role` first: investigators and on-call engineers look without tasks; ask for the ticket that is missing.
--   2. In `staff_access_log`, take the `staff_id` from `first_off_scope` to `last_off_scope` and list `object_type`
--      and `object_id`. `off_scope_people` counts accounts looked at; one account again and again is a person known.
--   3. `first_vip`: in 28 days this person looked at no `vip_account` before. `off_scope_vips` have neither ticket nor
--      task; a shift is no reason to look at the famous.
--   4. Look the same `staff_id` up for the last 28 days: a first time is a talk, a pattern is a case.
--   5. Check `country` and `managed_device` of those events for a lent credential (integrity.off_shift_session).
--   6. Open a case with the event ids within one working day, or close it with the reason.
-- blind_spots:
--   - look-ups of ordinary people during a shift, which a shift explains here
--   - tools that don't write to staff_access_log
--   - tickets opened afterwards to cover a look-up
-- false_positives:
--   - a shift swap that was not entered
--   - a review decided more than a day after the look, whose task is not there yet
-- related: [integrity.bulk_export, integrity.off_shift_session]
-- ---
with views_today as (
    select
        staff_id, object_type, object_id, event_ts, ticket_id, object_type = 'vip_account' as vip,
        object_type || ' ' || cast(object_id as varchar(40)) as object_key
    from staff_access_log
    where ds = :day and action = 'view' and success and object_id is not null and staff_id is not null
),

vip_viewers as (
    select distinct staff_id
    from staff_access_log
    where ds < :day and action = 'view' and success and object_type = 'vip_account'
),

tasks_of_week as (
    select distinct staff_id, target_type, target_id
    from review_tasks
    where ds > :day - interval '8 days'
),

shifts as (
    -- a shift that began yesterday may end today; an hour on both sides is handover
    select
        staff_id,
        shift_start - interval '1 hour' as begins,
        shift_end + interval '1 hour' as ends
    from staff_shifts
    where ds between :day - interval '1 day' and :day
),

views_with_reason as (
    select
        views_today.*,
        ticket_id is not null
        or exists (
            select 1 from tasks_of_week as task
            where task.staff_id = views_today.staff_id
                and task.target_type = views_today.object_type
                and task.target_id = views_today.object_id
        ) as has_reason,
        exists (
            select 1 from shifts
            where shifts.staff_id = views_today.staff_id
                and views_today.event_ts between shifts.begins and shifts.ends
        ) as in_shift
    from views_today
),

people as (
    select
        staff_id,
        count(distinct object_key) as objects_viewed,
        count(distinct case when not has_reason and not in_shift then object_key end) as off_scope_objects,
        count(distinct case
            when not has_reason and not in_shift and object_type in ('account', 'vip_account') then object_id
        end) as off_scope_people,
        count(distinct case when vip then object_id end) as vip_objects,
        count(distinct case when vip and not has_reason then object_id end) as off_scope_vips,
        count(distinct case when vip and not has_reason and not in_shift then object_id end) as vips_off_shift,
        min(case when not has_reason and not in_shift then event_ts end) as first_off_scope,
        max(case when not has_reason and not in_shift then event_ts end) as last_off_scope
    from views_with_reason
    group by staff_id
)

select
    people.staff_id, coalesce(staff.role, 'unknown') as role, objects_viewed, off_scope_objects, off_scope_people,
    1e0 * off_scope_objects / objects_viewed as off_scope_share, vip_objects, off_scope_vips,
    vip_objects > 0 and vip_viewers.staff_id is null as first_vip, first_off_scope, last_off_scope,
    greatest(
        case when off_scope_objects >= :min_objects then least(100e0, 40e0 + 4 * (off_scope_objects - :min_objects)) else 0e0 end,
        case
            when vip_viewers.staff_id is null and (vips_off_shift > 0 or off_scope_vips >= :min_vips_in_shift)
                then least(80e0, 40e0 + 10 * off_scope_vips) else 0e0
        end
    ) as score
from people
left join vip_viewers on vip_viewers.staff_id = people.staff_id
left join staff on staff.staff_id = people.staff_id
