-- Against yesterday's and today's actions; most are answered within three days.
with objected as (
    select *, seeded('appeal', action_id) as h from enforcement_actions
),

filed as (
    select *, least(event_ts + to_seconds(600 + floor(u(h, 2) * 20000)::bigint), ds::timestamp + interval '23:59:59') as filed_ts
    -- a scenario that appeals an action does so once
    from objected where u(h, 1) < 0.06 and action_id not in (select action_id from extra_appeals)
),

answered as (
    select *, case when u(h, 3) < 0.93 then filed_ts + to_seconds(floor(exp(10.8 + 0.7 * bell(h, 4)))::bigint) end as resolved_ts from filed
)

select
    action_id as appeal_id,
    ds,
    filed_ts,
    action_id,
    resolved_ts,
    case when resolved_ts is not null then case when u(h, 5) < case source when 'automod' then 0.24 - bent('rule_precision', rule_id || '/' || market, ds) else 0.13 + 0.5 * bent('ambiguous', policy_id, ds) end then 'overturned' else 'upheld' end end as outcome,
    case when resolved_ts is not null then staff_id(1 + floor(u(h, 6) * 0.7 * getvariable('staff'))::bigint) end as resolver_staff_id,
    arrives(filed_ts, h, 7) as ingest_ts
from answered
