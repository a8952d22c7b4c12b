-- ---
-- title: A right that nobody of their kind has, or given to oneself
-- description: |
--   A grant that its holder granted or approved, or an entitlement that fewer than two in a hundred grants to people of
--   the same title, department and manager are about; a missing ticket and a right taken back within a day weigh in.
-- owner: conduct_oncall
-- status: production
-- severity: critical
-- policy: staff_conduct
-- techniques: [T1078, T1098]
-- grain: [grant_id]
-- columns:
--   grant_id: bigint
--   staff_id: bigint
--   role: text
--   entitlement: text
--   granted_at: timestamp
--   self_granted: boolean
--   self_approved: boolean
--   has_ticket: boolean
--   peer_grants: bigint
--   peer_rate: double
--   rare: boolean
--   short_lived: boolean
--   score: double
-- lookback: 90d
-- parameters: {max_peer_rate: 0.02, min_peer_grants: 8}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   suspicious_grants:
--     value: count(*)
--     filter: score >= 20
--     kind: count
--     unit: grants
--     breach: {above: 0}
--   grants_without_ticket:
--     numerator: count(*) filter (where not has_ticket)
--     denominator: count(*)
--     kind: rate
--     unit: share of grants
--     severity: low
-- alert:
--   repeat_after: 3d
--   evidence: [grant_id, staff_id, role, entitlement, self_granted, self_approved, has_ticket, peer_rate, peer_grants, short_lived]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. `self_granted` or `self_approved`: in `privilege_grants`, read `grantor_id`, `approver_id` and `ticket_id` of the
--      `grant_id`; withdraw the right now and ask afterwards.
--   2. `rare`: `peer_rate` is the share of the entitlement among the 90 days' grants to people of the same title,
--      department or manager (the highest of the three), `peer_grants` how many those are. Ask the approver for the reason.
--   3. In `staff_access_log`, list what the `staff_id` did from `granted_at` on, for three days: `system`, `bytes_out`.
--   4. `short_lived` covers traces or was a mistake: compare `revoked_ts` with the log-ins between.
--   5. Project or stand-in with a ticket: close with the reason. Else open a case within the hour.
-- blind_spots:
--   - two people who approve each other's rights
--   - rights given outside the system that writes privilege_grants
--   - titles, departments and managers with fewer than min_peer_grants grants in 90 days, unless self-approved
-- false_positives:
--   - break-glass access in an incident, which its holder approves by design
--   - the first holder of a new tool
-- references:
--   - "ATT&CK T1098: Account Manipulation"
-- related: [integrity.off_scope_access, integrity.bulk_export]
-- ---
with grants as (
    -- distinct, because a row may be delivered twice; the kind of person is that of the register today
    select distinct
        grant_id, privilege_grants.staff_id, ds, event_ts, entitlement,
        coalesce(grantor_id = privilege_grants.staff_id, false) as self_granted,
        coalesce(approver_id = privilege_grants.staff_id, false) as self_approved,
        ticket_id is not null as has_ticket,
        coalesce(revoked_ts < event_ts + interval '1 day' and revoked_ts < :day + interval '1 day', false) as short_lived,
        coalesce(staff.role, 'unknown') as role, staff.staff_group, staff.manager_id
    from privilege_grants
    left join staff on staff.staff_id = privilege_grants.staff_id
    where entitlement is not null and privilege_grants.staff_id is not null
),

grants_marked as (
    -- what somebody gave themselves makes it nobody's usual right
    select *, case when ds < :day and not self_granted and not self_approved then 1e0 else 0e0 end as counts
    from grants
),

grants_with_peers as (
    -- peers are the others: the person's own grants are taken off
    select
        grants_marked.*,
        sum(counts) over title - sum(counts) over own as title_grants,
        sum(counts) over title_same - sum(counts) over own_same as title_same,
        sum(counts) over department - sum(counts) over own as department_grants,
        sum(counts) over department_same - sum(counts) over own_same as department_same,
        sum(counts) over manager - sum(counts) over own as manager_grants,
        sum(counts) over manager_same - sum(counts) over own_same as manager_same
    from grants_marked
    window own as (partition by staff_id), own_same as (partition by staff_id, entitlement),
        title as (partition by role), title_same as (partition by role, entitlement),
        department as (partition by staff_group), department_same as (partition by staff_group, entitlement),
        manager as (partition by manager_id), manager_same as (partition by manager_id, entitlement)
),

grants_judged as (
    -- a right is usual where any of the three groups has it
    select
        *, greatest(title_grants, department_grants, manager_grants) as peer_grants,
        greatest(
            title_same / greatest(title_grants, 1), department_same / greatest(department_grants, 1),
            manager_same / greatest(manager_grants, 1)
        ) as peer_rate
    from grants_with_peers
    where ds = :day
)

select
    grant_id, staff_id, role, entitlement, event_ts as granted_at, self_granted, self_approved, has_ticket,
    cast(peer_grants as bigint) as peer_grants, peer_rate, peer_grants >= :min_peer_grants and peer_rate < :max_peer_rate as rare, short_lived,
    case
        when self_granted or self_approved
            then 70e0 + case when self_granted and self_approved then 20 else 0 end + case when has_ticket then 0 else 10 end
        when peer_grants >= :min_peer_grants and peer_rate < :max_peer_rate and not has_ticket
            then 50e0 + case when short_lived then 20 else 0 end
        when peer_grants >= :min_peer_grants and peer_rate < :max_peer_rate and short_lived then 30e0
        else 0e0
    end as score
from grants_judged
