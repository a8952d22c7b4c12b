-- ---
-- title: Disputes upheld against QA
-- description: |
--   How often reviewers dispute an error that QA found, and how often they are right, over 28 days, whole, by vendor, queue and
--   kind of error, with Wilson's 95 % interval. Many upheld disputes say that the checkers are to be calibrated; none at
--   all, that nobody dares.
-- owner: quality_oncall
-- status: production
-- severity: medium
-- policy: moderation_quality
-- grain: [cut, segment]
-- columns:
--   cut: text
--   segment: text
--   errors: bigint
--   disputed: bigint
--   answered: bigint
--   upheld: bigint
--   dispute_share: double
--   upheld_share: double
--   upheld_low: double
--   upheld_high: double
--   score: double
-- lookback: 35d
-- parameters: {max_upheld: 0.4, min_answered: 10}
-- indicators:
--   checkers_wrong:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: vendors, queues, kinds of error
--     breach: {above: 0}
--   upheld_share:
--     numerator: sum(upheld)
--     denominator: sum(answered)
--     filter: cut = 'vendor'
--     by: [segment]
--     kind: rate
--     unit: share of answered disputes
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, upheld, answered, upheld_share, upheld_low, disputed, errors]
--   order_by: score desc
-- runbook: |
--   1. Which `cut`? One kind of error is a definition that QA reads otherwise; one queue is its QA people; all is the process.
--   2. In `qa_reviews` of 28 days with dispute_outcome upheld, group by `qa_policy_id` and look at ten of the commonest.
--   3. Is one checker behind it? Group by `qa_staff_id` for yourself, do not publish it: calibrate with the lead of QA.
--      Disputes of one pair that are always upheld are the integrity team's (integrity.qa_collusion).
--   4. Correct the accuracy of the segment: upheld ones were no errors; quality.accuracy_random still counts them.
--   5. `dispute_share` near 0 in one vendor over 28 days: ask its reviewers, not its lead, whether they may dispute.
-- blind_spots:
--   - errors that nobody disputes
--   - segments with under ten answered disputes in 28 days
-- false_positives:
--   - a new guideline that QA learnt a week late
-- related: [quality.accuracy_random, quality.overturn_rate]
-- ---
with errors_found as (
    -- distinct, because a check may be delivered twice
    select distinct
        qa_id, review_id, coalesce(error_type, 'unknown') as error_type,
        case when disputed then 1 else 0 end as disputed,
        case when disputed and dispute_outcome in ('upheld', 'rejected') then 1 else 0 end as answered,
        case when disputed and dispute_outcome = 'upheld' then 1 else 0 end as upheld
    from qa_reviews
    where ds > :day - interval '28 days' and ds <= :day and not is_correct
),

reviewed as (
    select distinct review_id, coalesce(queue_id, 'unknown') as queue_id, coalesce(staff.vendor, 'unknown') as vendor
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
),

cuts as (
    select 'all' as cut, 'all' as segment, disputed, answered, upheld from errors_found
    union all
    select 'error_type' as cut, error_type as segment, disputed, answered, upheld from errors_found
    union all
    select 'vendor' as cut, vendor as segment, disputed, answered, upheld
    from errors_found inner join reviewed on reviewed.review_id = errors_found.review_id
    union all
    select 'queue' as cut, queue_id as segment, disputed, answered, upheld
    from errors_found inner join reviewed on reviewed.review_id = errors_found.review_id
),

summed as (
    select
        cut, segment, count(*) as errors, sum(disputed) as disputed, sum(answered) as answered, sum(upheld) as upheld,
        1e0 * sum(upheld) / nullif(sum(answered), 0) as p, 1e0 * nullif(sum(answered), 0) as n
    from cuts
    group by cut, segment
),

bounded as (
    -- Wilson's interval; 3.8416 is 1.96 squared
    select
        summed.*,
        (p + 1.9208 / n - 1.96 * sqrt(greatest(p * (1 - p), 0) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) as low,
        (p + 1.9208 / n + 1.96 * sqrt(greatest(p * (1 - p), 0) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) as high
    from summed
)

select
    cut, segment, errors, disputed, answered, upheld, 1e0 * disputed / errors as dispute_share, p as upheld_share,
    greatest(0, low) as upheld_low, least(1, high) as upheld_high,
    case when answered >= :min_answered and low > :max_upheld then least(100, 40 + 200 * (low - :max_upheld)) else 0 end as score
from bounded
