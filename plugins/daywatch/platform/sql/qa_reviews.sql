-- A random sample (removals twice as often as approvals) and golden items, for which QA's answer is known before.
with looked_at as (
    select *, row_hash('qa', day_number(ds), review_id, 0) as h,
        case when decision = 'approve' then 0.035 else 0.07 end as p
    from review_tasks
),

sampled as (
    select *, case when u(h, 1) < p * (1 - bent('qa_skip', staff_vendor(staff_id - 5000), ds)) then 'random'
        when golden_item(review_id, day_number(ds)) or u(h, 13) < bent('golden_more', 'all', ds) then 'golden'
        when u(h, 12) < 0.002 + bent('qa_audit', staff_vendor(staff_id - 5000), ds) then 'targeted' end as sample_type from looked_at
),

checked as (
    select *, u(h, 3) < 0.94 + bent('accuracy', staff_vendor(staff_id - 5000), ds) + bent('accuracy', staff_id::varchar, ds) + bent('queue_accuracy', queue_id, ds)
            - bent('ambiguous', policy_id, ds) - case when decision = 'approve' then bent('missed', market, ds) else 0 end
            + case when sample_type = 'golden' then 0.06 * bent('golden_leak', staff_vendor(staff_id - 5000), ds) else 0 end as is_correct,
        decided_ts + to_seconds(1800 + floor(u(h, 4) * greatest(0, date_diff('second', decided_ts, ds::timestamp + interval 1 day) - 1900))::bigint) as late_ts
    from sampled where sample_type is not null
),

timed as (select *, least(late_ts, ds::timestamp + interval '23:59:50') as qa_ts from checked)

select
    event_id(day_number(ds), row_number() over (partition by ds order by review_id)) as qa_id,
    ds,
    qa_ts,
    review_id,
    staff_id(1 + floor(0.7 * getvariable('staff'))::bigint + floor(u(h, 5) * floor(0.12 * getvariable('staff')))::bigint) as qa_staff_id,
    sample_type,
    case when sample_type = 'random' then p end as inclusion_prob,
    case when is_correct then decision when decision = 'approve' then 'remove' else 'approve' end as qa_decision,
    case when is_correct then policy_id when decision = 'approve' then policy(h, 6) end as qa_policy_id,
    is_correct,
    case when is_correct then null when decision = 'approve' then 'missed' else pick(['over_enforced', 'wrong_policy', 'wrong_severity'], h, 7) end as error_type,
    case when not is_correct then 1 + floor(u(h, 8) * 4)::int end as severity,
    sample_type = 'golden' as golden,
    not is_correct and u(h, 9) < 0.25 as disputed,
    case when not is_correct and u(h, 9) < 0.25 then case when u(h, 10) < 0.3 then 'upheld' else 'rejected' end end as dispute_outcome,
    arrives(qa_ts, h, 11) as ingest_ts
from timed
