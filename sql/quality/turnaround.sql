-- ---
-- title: Review turnaround
-- description: |
--   How long the reviews decided today had waited, against what each queue promised. P95 is what the slowest
--   twentieth of users meet.
-- owner: quality_oncall
-- status: production
-- severity: medium
-- policy: moderation_quality
-- grain: [queue_id, market, priority]
-- columns:
--   queue_id: text
--   market: text
--   priority: text
--   decided: bigint
--   late: bigint
--   late_share: double
--   median_minutes: double
--   p95_minutes: double
--   oldest_minutes: double
--   sla_minutes: integer
-- lookback: 1d
-- parameters: {max_late_share: 0.1, max_p95_ratio: 3.0, min_decided: 20}
-- indicators:
--   sla_breaches:
--     numerator: sum(late)
--     denominator: sum(decided)
--     by: [queue_id]
--     kind: rate
--     unit: share of reviews
--     breach: {target: {at_most: max_late_share, min_n: 100}}
--     severity: high
--   slow_cells:
--     value: count(*)
--     filter: decided >= :min_decided and p95_minutes > :max_p95_ratio * sla_minutes
--     kind: count
--     unit: queue cells
--     breach: {above: 0}
--   slowest_p95:
--     value: max(p95_minutes)
--     filter: decided >= :min_decided
--     kind: duration
--     unit: minutes
--     breach: {above: 4320}
--     severity: low
-- alert:
--   repeat_after: 3d
--   evidence: [queue_id, market, priority, decided, late, late_share, p95_minutes, sla_minutes]
--   order_by: late desc
-- runbook: |
--   1. Sort by `late`. One `market` over all queues is staffing (a holiday, a site down); one `queue_id` over all
--      markets is volume or a tool.
--   2. In `staff_shifts` of the day, count the people planned for that `queue_id` against the same weekday of the last
--      4 weeks; in `review_tasks`, count tasks by `created_ts` for the same days. Which moved?
--   3. `oldest_minutes` far above `p95_minutes` is a few forgotten tasks, not slowness: reassign them.
--   4. Move people from queues with `late_share` under half of the target, highest `priority` first, or agree a lower
--      sampling rate with the policy owner until the backlog is gone.
-- blind_spots:
--   - tasks still waiting are not in here, so a queue that decides nothing looks fine; quality.backlog_age tells their growth
--   - a fast wrong decision counts as fast; see quality.reviewer_accuracy
-- false_positives:
--   - a backlog being worked off decides many old tasks in a day
-- related: [quality.backlog_age, quality.reviewer_accuracy, risk.harm_exposure]
-- ---
with decided_today as (
    -- distinct, because a task may be delivered twice
    select distinct
        review_id,
        coalesce(queue_id, 'unknown') as queue_id,
        coalesce(market, 'unknown') as market,
        coalesce(priority, 'unknown') as priority,
        sla_minutes,
        decided_ts - created_ts as waited
    from review_tasks
    where ds = :day and decided_ts >= created_ts
),

minutes_waited as (
    -- whole minutes, read from the interval's fields: engines differ in how they tell an interval in seconds
    select
        queue_id, market, priority, sla_minutes,
        1e0 * (extract(day from waited) * 1440 + extract(hour from waited) * 60 + extract(minute from waited)) as minutes
    from decided_today
)

select
    queue_id,
    market,
    priority,
    count(*) as decided,
    count(*) filter (where minutes > sla_minutes) as late,
    1e0 * count(*) filter (where minutes > sla_minutes) / count(*) as late_share,
    percentile_cont(0.5) within group (order by minutes) as median_minutes,
    percentile_cont(0.95) within group (order by minutes) as p95_minutes,
    max(minutes) as oldest_minutes,
    min(sla_minutes) as sla_minutes
from minutes_waited
group by queue_id, market, priority
