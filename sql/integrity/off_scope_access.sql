-- ---
-- title: Looked at without a reason
-- description: |
--   A staff member viewed things that no review task of theirs, no shift and no ticket explains. Curiosity about
--   people one knows, or paid look-ups, begin like this.
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
--   first_off_scope: timestamp
--   last_off_scope: timestamp
-- lookback: 8d
-- parameters: {min_objects: 5}
-- entities:
--   - {type: staff, column: staff_id, score: 30}
-- indicators:
--   off_scope_staff:
--     value: count(*)
--     filter: off_scope_objects >= :min_objects
--     kind: count
--     unit: staff
--     breach: {above: 0}
--   off_scope_rate:
--     numerator: sum(off_scope_objects)
--     denominator: sum(objects_viewed)
--     kind: rate
--     unit: share of viewed objects
--     breach: {target: {at_most: 0.2, min_n: 100}}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [staff_id, role, off_scope_objects, off_scope_people, objects_viewed, first_off_scope, last_off_scope]
--   order_by: off_scope_objects desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one.
--   1. Read `role` first: investigators and on-call engineers look without tasks; ask for the ticket that is missing.
--   2. In `staff_access_log`, take the `staff_id` from `first_off_scope` to `last_off_scope` and list `object_type`
--      and `object_id`. `off_scope_people` counts accounts looked at; one account again and again is a person known.
--   3. Look the same `staff_id` up for the last 28 days: a first time is a talk, a pattern is a case.
--   4. Check `country` and `managed_device` of those events for a lent credential.
--   5. Open a case with the event ids within one working day, or close it with the reason.
-- blind_spots:
--   - look-ups during a shift, which a shift explains here
--   - tools that don't write to staff_access_log
--   - tickets opened afterwards to cover a look-up
-- false_positives:
--   - a shift swap that was not entered
--   - a review decided more than a day after the look, whose task is not there yet
-- related: [integrity.bulk_export]
-- ---
with views_today as (
    select
        staff_id, object_type, object_id, event_ts, ticket_id,
        object_type || ' ' || cast(object_id as varchar(40)) as object_key
    from staff_access_log
    where ds = :day and action = 'view' and success and object_id is not null and staff_id is not null
),

tasks_of_week as (
    select distinct staff_id, target_type, target_id from review_tasks where staff_id is not null
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

views_explained as (
    select
        staff_id, object_type, object_id, object_key, event_ts,
        ticket_id is not null
        or exists (
            select 1 from tasks_of_week as task
            where task.staff_id = views_today.staff_id
                and task.target_type = views_today.object_type
                and task.target_id = views_today.object_id
        )
        or exists (
            select 1 from shifts
            where shifts.staff_id = views_today.staff_id
                and views_today.event_ts between shifts.begins and shifts.ends
        ) as explained
    from views_today
)

select
    views_explained.staff_id,
    coalesce(staff.role, 'unknown') as role,
    count(distinct object_key) as objects_viewed,
    count(distinct case when not explained then object_key end) as off_scope_objects,
    count(distinct case when not explained and object_type = 'account' then object_id end) as off_scope_people,
    1e0 * count(distinct case when not explained then object_key end)
        / count(distinct object_key) as off_scope_share,
    min(case when not explained then event_ts end) as first_off_scope,
    max(case when not explained then event_ts end) as last_off_scope
from views_explained
left join staff on staff.staff_id = views_explained.staff_id
group by views_explained.staff_id, staff.role
