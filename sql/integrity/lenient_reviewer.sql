-- ---
-- title: Reviewer who lets through what others stop
-- description: |
--   Of a moderator's decisions that QA checked at random, more were approvals that had to be removed than peers of the
--   queue and the vendor have, by policy and over all; beta-binomial tail, false discoveries controlled.
-- owner: conduct_oncall
-- status: production
-- severity: medium
-- policy: staff_conduct
-- techniques: []
-- grain: [staff_id, policy_id]
-- columns:
--   staff_id: bigint
--   policy_id: text
--   checked: bigint
--   missed: bigint
--   missed_share: double
--   peer_share: double
--   tested: double
--   prior_strength: double
--   p: double
--   q: double
--   points: double
--   score: double
-- lookback: 14d
-- parameters: {min_checked: 30, min_missed: 5, prior_checks: 100.0, prior_strength: 200.0, min_ratio: 2.0, max_q: 0.05}
-- score:
--   - {test: beta_binomial_tail, columns: {successes: tested, trials: checked, prior_mean: peer_share, prior_strength: prior_strength}, output: {p_value: p}}
--   - {test: q_values, columns: {p_value: p}, output: {q_value: q}}
--   - {test: points_below, columns: {value: q, points: points}, output: {score: score}, limits: {limit: max_q}}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   lenient_staff:
--     value: count(distinct staff_id)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--     persistence: {days: 1, of: 1}
--   missed_rate:
--     numerator: sum(missed)
--     denominator: sum(checked)
--     filter: policy_id = 'all'
--     kind: rate
--     unit: share of checked decisions
--     breach: {target: {at_most: 0.12, min_n: 300}}
-- alert:
--   repeat_after: 14d
--   evidence: [staff_id, policy_id, checked, missed, missed_share, peer_share, q]
--   order_by: q
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. Read `policy_id`: one policy alone points at a misunderstanding or at somebody who pays; `all` at haste.
--   2. Compare `missed_share` with `peer_share` (the same queue or vendor over the same 14 days, whichever misses
--      more) and weigh `checked`: 30 checks leave a wide interval.
--   3. In `qa_reviews` joined to `review_tasks` on `review_id`, list the misses of the `staff_id` in the 14 days up to
--      `day` (`error_type` missed): who owns them (`owner_account_id`)? The same few owners: open
--      integrity.moderator_creator_pair for the same day. Fast ones: integrity.autopilot_review.
--   4. Have 20 of the misses checked by a second QA person, without the name, within three days.
--   5. A misunderstanding goes to training and quality; only a pattern of owners or payments opens a case.
-- blind_spots:
--   - fewer than min_checked random checks in 14 days (most policies, one by one, on a small platform)
--   - a QA reviewer who looks away (integrity.qa_collusion)
--   - a whole queue that is lenient together
-- false_positives:
--   - a person new to a policy
--   - harder items given to the best people
-- references:
--   - "Benjamini, Hochberg 1995: Controlling the False Discovery Rate"
-- related: [integrity.moderator_creator_pair, integrity.autopilot_review, integrity.qa_collusion, quality.reviewer_accuracy]
-- ---
with tasks_decided as (
    select distinct review_id, staff_id, coalesce(queue_id, 'unknown') as queue_id, decision
    from review_tasks
    where staff_id is not null
),

checks as (
    -- random ones only: targeted and golden items are not the person's ordinary work
    select distinct
        qa.qa_id, task.staff_id, task.queue_id, coalesce(staff.vendor, 'unknown') as vendor, qa.qa_policy_id,
        case when task.decision = 'approve' and not qa.is_correct then 1 else 0 end as missed
    from qa_reviews as qa
    inner join tasks_decided as task on task.review_id = qa.review_id
    left join staff on staff.staff_id = task.staff_id
    where qa.sample_type = 'random' and qa.is_correct is not null
),

checks_by_policy as (
    -- a policy's checks are those whose right answer names it
    select staff_id, queue_id, vendor, 'all' as policy_id, missed from checks
    union all
    select staff_id, queue_id, vendor, qa_policy_id, missed from checks where qa_policy_id is not null
),

counts as (
    select staff_id, queue_id, vendor, policy_id, 1e0 * count(*) as checked, 1e0 * sum(missed) as missed
    from checks_by_policy
    group by staff_id, queue_id, vendor, policy_id
),

counts_of_peers as (
    select
        counts.*,
        sum(missed) over everybody / sum(checked) over everybody as usual,
        sum(checked) over queue - sum(checked) over own as queue_checked,
        sum(missed) over queue - sum(missed) over own as queue_missed,
        sum(checked) over vendor_people - sum(checked) over self as vendor_checked,
        sum(missed) over vendor_people - sum(missed) over self as vendor_missed
    from counts
    window everybody as (partition by policy_id),
        queue as (partition by policy_id, queue_id), own as (partition by policy_id, queue_id, staff_id),
        vendor_people as (partition by policy_id, vendor), self as (partition by policy_id, vendor, staff_id)
),

counts_expected as (
    -- few peers say little: prior_checks of everybody's rate are mixed in
    select
        *, greatest(
            (queue_missed + :prior_checks * usual) / (queue_checked + :prior_checks),
            (vendor_missed + :prior_checks * usual) / (vendor_checked + :prior_checks)
        ) as peer_share
    from counts_of_peers
),

people as (
    select
        staff_id, policy_id, sum(checked) as checked, sum(missed) as missed,
        sum(missed) / sum(checked) as missed_share, sum(checked * peer_share) / sum(checked) as peer_share
    from counts_expected
    group by staff_id, policy_id
)

select
    staff_id, policy_id, cast(checked as bigint) as checked, cast(missed as bigint) as missed, missed_share, peer_share,
    case when checked >= :min_checked then missed end as tested,
    :prior_strength as prior_strength,
    case
        when missed >= :min_missed and missed_share >= :min_ratio * peer_share
            then least(100e0, 40 + 100 * (missed_share - peer_share))
        else 0e0
    end as points
from people
