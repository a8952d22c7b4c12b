-- ---
-- title: Accuracy on random samples
-- description: |
--   The share of right decisions, from random checks only, each weighted by the inverse of its inclusion probability, with
--   Wilson's 95 % interval at the effective number of checks. Whole, by queue, vendor and market, over 1, 3, 7 and 28 days
--   side by side. 456 checks give +-2 points; the table says how many there are.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [cut, segment, window_days]
-- columns:
--   cut: text
--   segment: text
--   window_days: integer
--   checks: bigint
--   wrong: bigint
--   weight: double
--   effective_checks: double
--   accuracy: double
--   accuracy_low: double
--   accuracy_high: double
--   score: double
-- lookback: 35d
-- parameters: {target_accuracy: 0.9, min_effective: 25.0}
-- indicators:
--   segments_under_target:
--     value: count(distinct segment)
--     filter: score > 0
--     kind: count
--     unit: queues, vendors, markets
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   accuracy:
--     numerator: sum(accuracy * effective_checks)
--     denominator: sum(effective_checks)
--     filter: cut = 'queue' and window_days = 28
--     by: [segment]
--     kind: rate
--     unit: share of decisions
--     breach: {target: {at_least: target_accuracy, min_n: 60}}
--     severity: critical
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, window_days, accuracy, accuracy_low, accuracy_high, wrong, checks]
--   order_by: score desc
-- runbook: |
--   1. Which `cut` is lowest? 'all' is most often a new policy or a new golden book: read `policy_changes` of 14 days first.
--      One queue is a guideline, one vendor is people, one market is a language.
--   2. Compare `window_days` 3 and 28: both low is old, only 3 is new; quality.accuracy_drift tells since when.
--   3. In `qa_reviews` of the window with sample_type random, group the wrong ones by `error_type` and `qa_policy_id`: one
--      pair over half of them is a guideline, see quality.rater_agreement.
--   4. Check quality.qa_sampling_bias for the same days: a biased sample proves nothing.
--   5. Guideline: send the ten clearest items to the policy owner. People: calibrate the queue this week, sample at 20 %.
-- blind_spots:
--   - errors that the checker makes too
--   - segments with fewer than 25 effective checks in 28 days
--   - a few points within a few days; see quality.model_disagreement
-- false_positives:
--   - a harder mix after an event
-- references:
--   - "Wilson 1927; Horvitz, Thompson 1952; Kish 1965: n = (sum w)^2 / sum w^2"
-- related: [quality.accuracy_drift, quality.model_disagreement, quality.qa_sampling_bias]
-- ---
with random_checks as (
    -- distinct, because a check may be delivered twice; golden and targeted items are known or chosen
    select distinct qa_id, ds, review_id, 1e0 / inclusion_prob as w, case when is_correct then 1 else 0 end as correct
    from qa_reviews
    where ds > :day - interval '28 days' and ds <= :day and sample_type = 'random'
        and not coalesce(golden, false) and is_correct is not null and inclusion_prob > 0
),

reviewed as (
    -- a decision is checked up to a week after it was made
    select distinct
        review_id, coalesce(queue_id, 'unknown') as queue_id, coalesce(review_tasks.market, 'unknown') as market,
        coalesce(staff.vendor, 'unknown') as vendor
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
),

checked as (
    select random_checks.ds, w, correct, queue_id, market, vendor
    from random_checks inner join reviewed on reviewed.review_id = random_checks.review_id
),

cuts as (
    select 'all' as cut, 'all' as segment, ds, w, correct from checked
    union all select 'queue' as cut, queue_id as segment, ds, w, correct from checked
    union all select 'vendor' as cut, vendor as segment, ds, w, correct from checked
    union all select 'market' as cut, market as segment, ds, w, correct from checked
),

windows as (select 1 as days union all select 3 union all select 7 union all select 28),

weighed as (
    select
        cut, segment, days, count(*) as checks, sum(1 - correct) as wrong, sum(w) as weight,
        sum(w) * sum(w) / sum(w * w) as n, sum(w * correct) / sum(w) as p
    from cuts inner join windows on ds > :day - days * interval '1 day'
    group by cut, segment, days
),

bounded as (
    -- Wilson's interval; 3.8416 is 1.96 squared
    select
        weighed.*,
        (p + 1.9208 / n - 1.96 * sqrt(greatest(p * (1 - p), 0) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) as low,
        (p + 1.9208 / n + 1.96 * sqrt(greatest(p * (1 - p), 0) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) as high
    from weighed
)

select
    cut, segment, days as window_days, checks, wrong, weight, n as effective_checks, p as accuracy,
    greatest(0, low) as accuracy_low, least(1, high) as accuracy_high,
    case when n >= :min_effective and high < :target_accuracy then least(100, 40 + 500 * (:target_accuracy - high)) else 0 end as score
from bounded
