-- ---
-- title: Accuracy on a p' chart
-- description: |
--   Laney's p' chart of the share of wrong decisions among random checks, whole, by queue and by vendor, in days and in
--   weeks. Ordinary limits are too narrow for large subgroups, whose days differ by more than chance; p' widens them by
--   the spread from one subgroup to the next. Only subgroups of 50 checks are judged: at size S the weeks.
-- owner: quality_oncall
-- status: production
-- severity: medium
-- policy: moderation_quality
-- grain: [cut, segment, subgroup_days]
-- columns:
--   cut: text
--   segment: text
--   subgroup_days: integer
--   checks: bigint
--   wrong: bigint
--   error_share: double
--   centre: double
--   spread: double
--   upper_limit: double
--   subgroups: bigint
--   z: double
--   score: double
-- lookback: 70d
-- parameters: {min_subgroup: 50, min_subgroups: 7, limit_sigmas: 3.3, min_excess: 0.02}
-- indicators:
--   out_of_control:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: charts
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   whole:
--     value: max(error_share)
--     filter: cut = 'all' and subgroup_days = 7
--     kind: value
--     unit: share of decisions
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, subgroup_days, error_share, centre, upper_limit, z, wrong, checks]
--   order_by: score desc
-- runbook: |
--   1. Which `cut`? 'all' out of control with its parts in control is a change for everybody: `policy_changes` of 14 days.
--   2. `spread` over 2 means that subgroups differ by much more than chance: the segment is two processes (two shifts, two
--      languages). Split it before you judge it.
--   3. In `qa_reviews` of the last `subgroup_days` with sample_type random, list the segment's wrong ones by `severity` and
--      `error_type`; the commonest pair is where to start.
--   4. Compare quality.accuracy_drift and quality.model_disagreement for the segment; one point outside and nothing there is
--      worth a look and no letter to a vendor.
-- blind_spots:
--   - the severity of errors; see quality.harm_per_unit_chart
--   - segments under 50 checks a week, and the first seven weeks
-- false_positives:
--   - a stricter checker; a harder mix
-- references:
--   - "Laney 2002, Improved control charts for attributes; 1.128 turns a mean moving range into a deviation"
-- related: [quality.accuracy_random, quality.harm_per_unit_chart]
-- ---
with random_checks as (
    -- distinct, because a check may be delivered twice; days_ago counts from 0
    select distinct
        qa_id, review_id, cast(extract(day from (cast(:day as timestamp) - cast(ds as timestamp))) as integer) as days_ago,
        case when is_correct then 0 else 1 end as wrong
    from qa_reviews
    where ds <= :day and sample_type = 'random' and not coalesce(golden, false) and is_correct is not null
),

reviewed as (
    select distinct review_id, coalesce(queue_id, 'unknown') as queue_id, coalesce(staff.vendor, 'unknown') as vendor
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
),

checked as (
    select days_ago, wrong, queue_id, vendor
    from random_checks inner join reviewed on reviewed.review_id = random_checks.review_id
),

cuts as (
    select 'all' as cut, 'all' as segment, days_ago, wrong from checked
    union all select 'queue' as cut, queue_id as segment, days_ago, wrong from checked
    union all select 'vendor' as cut, vendor as segment, days_ago, wrong from checked
),

sizes as (select 1 as days union all select 7),

subgroups as (
    -- place 0 ends with the day that is judged; days are compared with 28 days, weeks with nine weeks
    select cut, segment, days, floor(1e0 * days_ago / days) as place, count(*) as checks, sum(wrong) as wrong, 1e0 * sum(wrong) / count(*) as measured
    from cuts inner join sizes on days_ago < case days when 1 then 29 else 70 end
    group by cut, segment, days, floor(1e0 * days_ago / days)
    having count(*) >= :min_subgroup
),

centres as (
    select cut, segment, days, count(*) as subgroups, 1e0 * sum(wrong) / sum(checks) as centre
    from subgroups where place > 0 group by cut, segment, days
),

standardised as (
    select e.cut, e.segment, e.days, e.place, (e.measured - c.centre) / sqrt(c.centre * (1 - c.centre) / e.checks) as z
    from subgroups as e
    inner join centres as c on c.cut = e.cut and c.segment = e.segment and c.days = e.days
    where c.centre > 0 and c.centre < 1
),

moves as (
    select cut, segment, days, place, z, abs(z - lag(z) over (partition by cut, segment, days order by place desc nulls last)) as move
    from standardised where place > 0
),

spreads as (
    -- never narrower than chance alone
    select cut, segment, days, greatest(1, avg(move) / 1.128) as spread from moves group by cut, segment, days
)

select
    e.cut, e.segment, e.days as subgroup_days, e.checks, e.wrong, e.measured as error_share, c.centre, spread,
    c.centre + :limit_sigmas * spread * sqrt(c.centre * (1 - c.centre) / e.checks) as upper_limit,
    c.subgroups, now.z / spread as z,
    case
        when c.subgroups >= :min_subgroups and now.z / spread > :limit_sigmas and e.measured - c.centre >= :min_excess
            then least(100, 40 + 10 * (now.z / spread - :limit_sigmas))
        else 0
    end as score
from subgroups as e
inner join centres as c on c.cut = e.cut and c.segment = e.segment and c.days = e.days
inner join spreads on spreads.cut = e.cut and spreads.segment = e.segment and spreads.days = e.days
inner join standardised as now on now.cut = e.cut and now.segment = e.segment and now.days = e.days and now.place = 0
where e.place = 0 and spread is not null
