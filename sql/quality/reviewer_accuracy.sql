-- ---
-- title: Reviewer accuracy
-- description: |
--   The share of right decisions among those that were drawn at random for a second look in the last 14 days, weighted
--   by how likely each was to be drawn. Golden and targeted items are left out: they are harder or known.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [staff_id, queue_id]
-- columns:
--   staff_id: bigint
--   queue_id: text
--   vendor: text
--   market: text
--   checked: bigint
--   wrong: bigint
--   severe: bigint
--   weight: double
--   correct_weight: double
--   weight_squares: double
--   vendor_checks: double
--   vendor_accuracy: double
--   vendor_accuracy_high: double
-- lookback: 21d
-- parameters: {target_accuracy: 0.9, min_checks: 60}
-- entities:
--   - {type: reviewer, column: staff_id, score: 5}
-- indicators:
--   accuracy:
--     numerator: sum(correct_weight) * sum(weight) * pow(sum(weight_squares), -1)
--     denominator: sum(weight) * sum(weight) * pow(sum(weight_squares), -1)
--     by: [queue_id]
--     kind: rate
--     unit: share of decisions
--     breach: {target: {at_least: target_accuracy, min_n: 60}}
--     severity: critical
--   vendors_under_target:
--     value: count(distinct vendor)
--     filter: vendor_accuracy_high < :target_accuracy and vendor_checks >= :min_checks
--     kind: count
--     unit: vendors
--     breach: {above: 0}
-- alert:
--   repeat_after: 7d
--   evidence: [vendor, vendor_accuracy, staff_id, wrong, severe, checked, queue_id, market]
--   order_by: wrong desc
-- runbook: |
--   1. Is it one `queue_id`, one `vendor`, or all? All at once is most often a new policy: read `policy_changes` of the
--      last 14 days before talking to anybody.
--   2. Within the segment sort by `wrong`. Many reviewers with a few each is a matter of training or of the guideline;
--      one reviewer with most of them is a matter for the lead.
--   3. In `qa_reviews` of the last 14 days with sample_type random, group the wrong ones by `error_type` and
--      `qa_policy_id`: one pair over half of them is an ambiguous guideline.
--   4. Check `qa_staff_id`: one checker who finds most errors is to be calibrated first.
--   5. Guideline: send the ten clearest items to the policy owner. Training: calibrate the queue this week. Severe
--      errors (`severe`) are reviewed again today.
-- blind_spots:
--   - a fall within a few days, which 14 days dilute
--   - errors that the checker makes too
--   - reviewers who know which items are checked
-- false_positives:
--   - a harder mix after an event
-- references:
--   - "456 random checks give +-2 points at 95 %; Wilson 1927; Kish 1965 for weights"
-- related: [quality.turnaround]
-- ---
with random_checks as (
    -- distinct, because a check may be delivered twice
    select distinct qa_id, review_id, inclusion_prob, is_correct, severity
    from qa_reviews
    where ds > :day - interval '14 days' and ds <= :day
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
        coalesce(staff.vendor, 'in-house') as vendor,
        coalesce(staff.market, 'unknown') as market,
        count(*) as checked,
        count(*) filter (where not is_correct) as wrong,
        count(*) filter (where not is_correct and severity >= 3) as severe,
        sum(1e0 / inclusion_prob) as weight,
        sum(case when is_correct then 1e0 else 0e0 end / inclusion_prob) as correct_weight,
        sum(1e0 / inclusion_prob / inclusion_prob) as weight_squares
    from random_checks
    inner join reviewed on reviewed.review_id = random_checks.review_id
    left join staff on staff.staff_id = reviewed.staff_id
    group by reviewed.staff_id, reviewed.queue_id, staff.vendor, staff.market
),

vendors as (
    -- unequal weights tell less than as many equal ones: the effective number of checks is Kish's
    select
        vendor,
        sum(weight) * sum(weight) / sum(weight_squares) as checks,
        sum(correct_weight) / sum(weight) as accuracy
    from reviewers
    group by vendor
),

vendors_bounded as (
    -- the upper end of Wilson's 95 % interval: a vendor is under target when even this is; 3.8416 is 1.96 squared
    select
        vendor, checks, accuracy,
        (accuracy + 3.8416 / (2 * checks)
            + 1.96 * sqrt(greatest(accuracy * (1 - accuracy), 0) / checks + 3.8416 / (4 * checks * checks)))
            / (1 + 3.8416 / checks) as accuracy_high
    from vendors
)

select
    reviewers.staff_id,
    reviewers.queue_id,
    reviewers.vendor,
    reviewers.market,
    reviewers.checked,
    reviewers.wrong,
    reviewers.severe,
    reviewers.weight,
    reviewers.correct_weight,
    reviewers.weight_squares,
    vendors_bounded.checks as vendor_checks,
    vendors_bounded.accuracy as vendor_accuracy,
    vendors_bounded.accuracy_high as vendor_accuracy_high
from reviewers
inner join vendors_bounded on vendors_bounded.vendor = reviewers.vendor
