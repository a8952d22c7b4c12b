-- ---
-- title: Reviewer accuracy
-- description: |
--   How accuracy is spread over the reviewers of a queue or a vendor, from decisions drawn at random for a second look in the
--   last 28 days, weighted by how likely each was to be drawn: how many people are surely under target, and how much of
--   the errors the one with most has. It names no person, and leaves out groups of fewer than three: their lead knows.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [cut, segment]
-- columns:
--   cut: text
--   segment: text
--   reviewers: bigint
--   reviewers_judged: bigint
--   reviewers_under_target: bigint
--   checked: bigint
--   wrong: bigint
--   severe: bigint
--   accuracy: double
--   effective_checks: double
--   largest_error_share: double
--   score: double
-- lookback: 35d
-- parameters: {target_accuracy: 0.9, min_checks: 20, min_reviewers: 3, usual_under_target: 1}
-- indicators:
--   accuracy:
--     numerator: sum(accuracy * effective_checks)
--     denominator: sum(effective_checks)
--     filter: cut = 'queue'
--     by: [segment]
--     kind: rate
--     unit: share of decisions
--     breach: {target: {at_least: target_accuracy, min_n: 60}}
--     severity: critical
--   reviewers_under_target:
--     value: sum(reviewers_under_target)
--     filter: cut = 'vendor'
--     kind: count
--     unit: reviewers
--     breach: {above: usual_under_target}
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, reviewers_under_target, reviewers_judged, accuracy, wrong, severe, checked, largest_error_share]
--   order_by: score desc
-- runbook: |
--   1. Is the `segment` one queue, one vendor, or are all? All at once is most often a new policy: read `policy_changes` of the
--      last 14 days before talking to anybody.
--   2. `largest_error_share` over .5: one person, a matter for their lead. Small: training or the
--      guideline, a matter for the whole queue.
--   3. In `qa_reviews` of the last 28 days with sample_type random, group the wrong ones by `error_type` and
--      `qa_policy_id`: one pair over half of them is an ambiguous guideline.
--   4. Check who checked: one checker who finds most errors is to be calibrated first.
--   5. Guideline: send the ten clearest items to the policy owner. Training: calibrate the queue this week. Severe
--      errors (`severe`) are reviewed again today.
-- blind_spots:
--   - a fall within a few days, which 28 days dilute; see quality.model_disagreement
--   - errors that the checker makes too
--   - queues and vendors with fewer than three reviewers
--   - reviewers who know which items are checked; see quality.golden_gap
-- false_positives:
--   - a harder mix after an event
-- references:
--   - "456 random checks give +-2 points at 95 %; Wilson 1927; Kish 1965 for weights"
-- related: [quality.accuracy_random, quality.turnaround]
-- ---
with random_checks as (
    -- distinct, because a check may be delivered twice; golden and targeted items are known or chosen
    select distinct qa_id, review_id, inclusion_prob, is_correct, severity
    from qa_reviews
    where ds > :day - interval '28 days' and ds <= :day
        and sample_type = 'random' and not coalesce(golden, false)
        and is_correct is not null and inclusion_prob > 0
),

reviewed as (
    -- a decision is checked up to a week after it was made
    select distinct review_id, staff_id, queue_id
    from review_tasks
    where staff_id is not null
),

reviewers as (
    select
        reviewed.staff_id,
        coalesce(reviewed.queue_id, 'unknown') as queue_id,
        coalesce(staff.vendor, 'unknown') as vendor,
        count(*) as checked,
        count(*) filter (where not is_correct) as wrong,
        count(*) filter (where not is_correct and severity >= 3) as severe,
        sum(1e0 / inclusion_prob) as weight,
        sum(case when is_correct then 1e0 else 0e0 end / inclusion_prob) as correct_weight,
        sum(1e0 / inclusion_prob / inclusion_prob) as weight_squares
    from random_checks
    inner join reviewed on reviewed.review_id = random_checks.review_id
    left join staff on staff.staff_id = reviewed.staff_id
    group by reviewed.staff_id, reviewed.queue_id, staff.vendor
),

estimated as (
    -- unequal weights tell less than as many equal ones: the effective number of checks is Kish's
    select reviewers.*, weight * weight / weight_squares as n, correct_weight / weight as p from reviewers
),

bounded as (
    -- the upper end of Wilson's 95 % interval: somebody is surely under target when even this is; 3.8416 is 1.96 squared
    select
        estimated.*,
        (p + 1.9208 / n + 1.96 * sqrt(greatest(p * (1 - p), 0) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) as high
    from estimated
),

cuts as (
    select 'queue' as cut, queue_id as segment, staff_id, n, high, checked, wrong, severe, weight, correct_weight, weight_squares from bounded
    union all
    select 'vendor' as cut, vendor as segment, staff_id, n, high, checked, wrong, severe, weight, correct_weight, weight_squares from bounded
)

select
    cut, segment, count(distinct staff_id) as reviewers,
    count(distinct case when n >= :min_checks then staff_id end) as reviewers_judged,
    count(distinct case when n >= :min_checks and high < :target_accuracy then staff_id end) as reviewers_under_target,
    sum(checked) as checked, sum(wrong) as wrong, sum(severe) as severe,
    sum(correct_weight) / sum(weight) as accuracy, sum(weight) * sum(weight) / sum(weight_squares) as effective_checks,
    1e0 * max(wrong) / nullif(sum(wrong), 0) as largest_error_share,
    least(100, 20 * count(distinct case when n >= :min_checks and high < :target_accuracy then staff_id end)) as score
from cuts
group by cut, segment
having count(distinct staff_id) >= :min_reviewers
