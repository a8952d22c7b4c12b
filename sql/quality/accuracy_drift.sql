-- ---
-- title: Slow drift of accuracy
-- description: |
--   EWMA (lambda .2, limit 2.7 deviations) and CUSUM (reference .5, limit 5 deviations) of the errors found at random, per
--   queue, market and vendor, against the segment's own month before the last two weeks. Either alone is a hint, both
--   together are a finding: a few points, too little for any day, that stay.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [cut, segment]
-- columns:
--   cut: text
--   segment: text
--   checks: bigint
--   wrong: bigint
--   usual_error: double
--   recent_error: double
--   ewma_z: double
--   cusum: double
--   score: double
-- lookback: 42d
-- parameters: {smoothing: 0.2, ewma_limit: 2.7, reference: 0.5, cusum_limit: 5.0, min_expected: 3.0, prior_error: 0.06, prior_checks: 100}
-- indicators:
--   drifting_segments:
--     value: count(*)
--     filter: score >= 40
--     kind: count
--     unit: queues, markets, vendors
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   hints:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: queues, markets, vendors
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, usual_error, recent_error, ewma_z, cusum, wrong, checks]
--   order_by: score desc
-- runbook: |
--   1. `recent_error` against `usual_error`: how many points, and does quality.model_disagreement say the same of the
--      `segment`? Then believe it today, and do not wait for more checks.
--   2. Since when? In `qa_reviews` of 42 days with sample_type random, sum errors by week for the segment.
--   3. Around that day look at `policy_changes`, at `staff.hire_date` of the vendor, and at who checked (`qa_staff_id`): a new
--      checker who is stricter looks just the same.
--   4. Draw 100 more random checks of the segment by two checkers each; a drift of 4 points needs 430 to prove at size S.
--   5. Proven: calibrate; a vendor gets the notice its contract names.
-- blind_spots:
--   - a drift older than six weeks is the yardstick by now
--   - markets with fewer than three expected errors in the smoothed window
-- false_positives:
--   - a stricter checker
--   - a harder mix
-- references:
--   - "Roberts 1959 (EWMA); Page 1954 (CUSUM); Lucas, Saccucci 1990 for lambda .2 and L 2.7"
-- related: [quality.accuracy_random, quality.model_disagreement]
-- ---
with random_checks as (
    select distinct qa_id, ds, review_id, case when is_correct then 0 else 1 end as wrong
    from qa_reviews
    where ds <= :day and sample_type = 'random' and not coalesce(golden, false) and is_correct is not null
),

reviewed as (
    select distinct
        review_id, coalesce(queue_id, 'unknown') as queue_id, coalesce(review_tasks.market, 'unknown') as market,
        coalesce(staff.vendor, 'unknown') as vendor
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
),

checked as (
    select random_checks.ds, wrong, queue_id, market, vendor
    from random_checks inner join reviewed on reviewed.review_id = random_checks.review_id
),

daily as (
    select 'queue' as cut, queue_id as segment, ds, count(*) as n, sum(wrong) as wrong from checked group by queue_id, ds
    union all
    select 'market' as cut, market as segment, ds, count(*) as n, sum(wrong) as wrong from checked group by market, ds
    union all
    select 'vendor' as cut, vendor as segment, ds, count(*) as n, sum(wrong) as wrong from checked group by vendor, ds
),

usual as (
    -- pulled towards the usual error as by a hundred checks, so that a lucky month is no yardstick
    select
        cut, segment, sum(n) + :prior_checks as n, (1e0 * sum(wrong) + :prior_error * :prior_checks) / (sum(n) + :prior_checks) as p
    from daily
    where ds <= :day - interval '14 days'
    group by cut, segment
),

recent as (
    -- errors beyond the usual, each day's weight less by a fifth for a day more of age
    select
        daily.cut, daily.segment, ds, daily.n, wrong, usual.n as usual_n, p, wrong - daily.n * p as beyond,
        avg(daily.n * p * (1 - p)) over (partition by daily.cut, daily.segment) as day_variance,
        pow(1 - :smoothing, extract(day from (cast(:day as timestamp) - cast(ds as timestamp)))) as weight
    from daily
    inner join usual on usual.cut = daily.cut and usual.segment = daily.segment
    where ds > :day - interval '28 days'
),

running as (
    select
        recent.*,
        sum(beyond / sqrt(day_variance) - :reference)
            over (partition by cut, segment order by ds rows between unbounded preceding and current row) as total
    from recent
),

charts as (
    -- CUSUM: how far the running sum stands above its own lowest point, or above 0
    select
        cut, segment, sum(n) as checks, sum(wrong) as wrong, max(p) as usual_error, sum(weight * wrong) / sum(weight * n) as recent_error,
        sum(weight * beyond)
            / sqrt(max(p * (1 - p)) * (sum(weight * weight * n) + sum(weight * n) * sum(weight * n) / max(usual_n))) as ewma_z,
        max(case when ds = last_ds then total end) - least(0, min(total)) as cusum,
        max(p) * sum(weight * n) * sum(weight * n) / sum(weight * weight * n) as expected
    from (select running.*, max(ds) over (partition by cut, segment) as last_ds from running) as dated
    group by cut, segment
)

select
    cut, segment, checks, wrong, usual_error, recent_error, ewma_z, cusum,
    case
        when expected < :min_expected then 0
        when ewma_z >= :ewma_limit and cusum >= :cusum_limit then least(100, 40 + 10 * (ewma_z - :ewma_limit))
        when ewma_z >= :ewma_limit or cusum >= :cusum_limit then 10
        else 0
    end as score
from charts
