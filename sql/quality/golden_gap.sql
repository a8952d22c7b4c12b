-- ---
-- title: Golden items answered better than others
-- description: |
--   Golden items, whose right answer is known, should be decided like all others. Where they are decided better than the
--   random sample, or hardly watched before they are decided, the set has leaked and measures nothing any more.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [vendor, window_days]
-- columns:
--   vendor: text
--   window_days: integer
--   golden: bigint
--   golden_accuracy: double
--   random_checks: bigint
--   random_accuracy: double
--   gap_z: double
--   golden_watched: double
--   usually_watched: double
--   watch_z: double
--   score: double
-- lookback: 14d
-- parameters: {min_golden: 6, min_z: 4.2, min_less_watched: 0.15}
-- indicators:
--   leaked_sets:
--     value: count(distinct vendor)
--     filter: score > 0
--     kind: count
--     unit: vendors
--     breach: {above: 0}
--   golden_accuracy:
--     numerator: sum(golden_accuracy * golden)
--     denominator: sum(golden)
--     filter: vendor = 'all' and window_days = 14
--     kind: rate
--     unit: share of golden items
-- alert:
--   repeat_after: 7d
--   evidence: [vendor, window_days, golden, golden_accuracy, random_accuracy, gap_z, golden_watched, usually_watched, watch_z]
--   order_by: score desc
-- runbook: |
--   1. `watch_z` alone: in `review_tasks` of the last 14 days, list the golden items' `watch_s` against `content_s` by
--      `decided_ts`. From which hour on are they short? All items at once is a leak of the set, a few items are old ones.
--   2. `gap_z` alone: is the set too easy? In `qa_reviews` of 28 days, group golden ones by `qa_policy_id`.
--   3. Is it one `vendor` or 'all'? One vendor: ask its lead where the items were shown last (training, quiz).
--   4. Take the set out of use today, draw a new one, and read accuracy from quality.accuracy_random only.
--   5. Who passed the answers on is a matter for the integrity team (integrity.qa_collusion), with this table as the lead.
-- blind_spots:
--   - somebody who knows the set and watches all the same
--   - a vendor with fewer than six golden items in 14 days
-- false_positives:
--   - golden items repeated so often that honest people remember them
-- related: [quality.accuracy_random, quality.qa_sampling_bias]
-- ---
with decided as (
    -- distinct, because a decision may be delivered twice
    select distinct
        review_id, ds, coalesce(staff.vendor, 'unknown') as vendor, least(1e0, watch_s / content_s) as watched
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
    where ds <= :day and content_s > 0 and watch_s >= 0
),

checked as (
    select
        review_id, max(case when sample_type = 'golden' or golden then 1 else 0 end) as golden,
        min(case when is_correct then 1 else 0 end) as correct
    from qa_reviews
    where is_correct is not null and (sample_type in ('golden', 'random') or golden)
    group by review_id
),

seen as (
    select decided.ds, decided.vendor, decided.watched, coalesce(checked.golden, -1) as golden, checked.correct
    from decided left join checked on checked.review_id = decided.review_id
),

windows as (select 2 as days union all select 4 union all select 7 union all select 14),

in_window as (
    select vendor, days, golden, correct, watched from seen inner join windows on ds > :day - days * interval '1 day'
    union all
    select 'all' as vendor, days, golden, correct, watched from seen inner join windows on ds > :day - days * interval '1 day'
),

summed as (
    select
        vendor, days,
        count(*) filter (where golden = 1) as golden,
        avg(case when golden = 1 then 1e0 * correct end) as golden_accuracy,
        count(*) filter (where golden = 0) as random_checks,
        avg(case when golden = 0 then 1e0 * correct end) as random_accuracy,
        avg(case when golden = 1 then watched end) as golden_watched,
        avg(case when golden < 1 then watched end) as usually_watched,
        stddev_samp(case when golden < 1 then watched end) as deviation
    from in_window
    group by vendor, days
),

tested as (
    -- both samples' accuracy pulled a little towards one half, so that 20 of 20 is not certainty
    select
        summed.*,
        (usually_watched - golden_watched) * sqrt(golden) / nullif(deviation, 0) as watch_z,
        ((golden_accuracy * golden + 1) / (golden + 2) - (random_accuracy * random_checks + 1) / (random_checks + 2))
            / sqrt(0.06 / (golden + 2) + 0.06 / (random_checks + 2)) as gap_z
    from summed
)

select
    vendor, days as window_days, golden, golden_accuracy, random_checks, random_accuracy, gap_z, golden_watched,
    usually_watched, watch_z,
    case
        when golden < :min_golden then 0
        when watch_z >= :min_z and usually_watched - golden_watched >= :min_less_watched
            then least(100, 40 + 10 * (watch_z - :min_z))
        when gap_z >= :min_z then least(100, 40 + 10 * (gap_z - :min_z))
        else 0
    end as score
from tested
where golden > 0
