-- ---
-- title: Age of the backlog
-- description: |
--   How long the tasks decided today had waited, by queue, against the last four weeks, and how many of them had been left
--   over from the day before. A task's row arrives once it is decided: a growing backlog shows as rising age at decision,
--   the day it begins. P95 and the promise of each market are in quality.turnaround.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [queue_id]
-- columns:
--   queue_id: text
--   decided: bigint
--   created: bigint
--   left_over: bigint
--   late: bigint
--   late_share: double
--   median_minutes: double
--   usual_minutes: double
--   oldest_minutes: double
--   days_known: bigint
--   z: double
--   score: double
-- lookback: 28d
-- parameters: {min_decided: 60, min_days: 7, min_ratio: 1.85, min_z: 3.3, min_deviation: 0.18, max_late_share: 0.15}
-- entities:
--   - {type: queue, column: queue_id, score: score}
-- indicators:
--   aging_queues:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: queues
--     breach: {above: 0}
--   late_share:
--     numerator: sum(late)
--     denominator: sum(decided)
--     by: [queue_id]
--     kind: rate
--     unit: share of reviews
--   left_over:
--     value: sum(left_over)
--     by: [queue_id]
--     kind: count
--     unit: tasks left over from the day before
-- alert:
--   repeat_after: 3d
--   evidence: [queue_id, median_minutes, usual_minutes, z, late, decided, created, left_over, oldest_minutes]
--   order_by: score desc
-- runbook: |
--   1. `median_minutes` over `usual_minutes` in one queue: is `decided` lower than usual (people) or `created` higher (work)?
--      In `staff_shifts` count the people planned for that `queue_id` against the same weekday of the last 4 weeks.
--   2. `oldest_minutes` far above all while the median is usual is a few forgotten tasks: reassign them.
--   3. In `review_tasks` of the day, is it one `priority` or one `market`? The low priorities are meant to wait first.
--   4. In `policy_changes` of the last 3 days look for kind launch or threshold: a model that sends more to people is
--      turned back more easily than thirty people are found.
--   5. Move people from the queue with the lowest `late_share`; past two days agree with the policy owner what to let wait.
-- blind_spots:
--   - a queue that decides nothing at all has no row; suite and `decided` of quality.turnaround tell it
--   - tasks that are still open are not in here until they are decided
--   - a queue younger than a week is held against its promise only
-- false_positives:
--   - a backlog being worked off decides many old tasks in a day
--   - a public holiday at one site
-- related: [quality.turnaround, quality.leakage]
-- ---
with decided as (
    -- distinct, because a task may be delivered twice
    select distinct review_id, ds, coalesce(queue_id, 'unknown') as queue_id, created_ts, sla_minutes, decided_ts - created_ts as waited
    from review_tasks
    where ds <= :day and decided_ts >= created_ts
),

minutes_waited as (
    -- read from the interval's fields: engines differ in how they tell an interval in seconds
    select
        ds, queue_id, created_ts, sla_minutes,
        extract(day from waited) * 1440 + extract(hour from waited) * 60 + extract(minute from waited) + extract(second from waited) / 60e0 as minutes
    from decided
),

daily as (
    select
        ds, queue_id, count(*) as decided,
        count(*) filter (where cast(created_ts as date) = ds) as created,
        count(*) filter (where cast(created_ts as date) < ds) as left_over,
        count(*) filter (where minutes > sla_minutes) as late,
        percentile_cont(0.5) within group (order by minutes) as median_minutes,
        max(minutes) as oldest_minutes
    from minutes_waited
    group by ds, queue_id
),

usual as (
    -- in logarithms, since waiting grows by factors; the middle of the days, since some of them had a backlog
    select
        queue_id, count(*) as days_known,
        percentile_cont(0.5) within group (order by ln(greatest(median_minutes, 0.1))) as middle,
        percentile_cont(0.75) within group (order by ln(greatest(median_minutes, 0.1)))
            - percentile_cont(0.25) within group (order by ln(greatest(median_minutes, 0.1))) as spread
    from daily
    where ds < :day
    group by queue_id
),

compared as (
    -- half of the middle half is .6745 deviations of a normal
    select
        daily.queue_id, decided, created, left_over, late, 1e0 * late / decided as late_share, median_minutes,
        exp(middle) as usual_minutes, oldest_minutes, coalesce(days_known, 0) as days_known,
        (ln(greatest(median_minutes, 0.1)) - middle) / greatest(:min_deviation, spread / 1.349) as z
    from daily
    left join usual on usual.queue_id = daily.queue_id
    where daily.ds = :day
)

select
    queue_id, decided, created, left_over, late, late_share, median_minutes, usual_minutes, oldest_minutes, days_known, z,
    case
        when decided < :min_decided then 0
        when days_known >= :min_days and z >= :min_z and median_minutes >= :min_ratio * usual_minutes
            then least(100, 40 + 5 * (z - :min_z))
        when days_known < :min_days and late_share > :max_late_share then 40
        else 0
    end as score
from compared
