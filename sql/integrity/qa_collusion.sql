-- ---
-- title: QA that looks away for one moderator
-- description: |
--   Where the right answer is known (golden items, and what other QA people say) a moderator errs more than this one QA
--   reviewer ever finds, or (nearly) every dispute between the two is upheld. Each grades the other's bonus.
-- owner: conduct_oncall
-- status: production
-- severity: high
-- policy: staff_conduct
-- techniques: []
-- grain: [qa_staff_id, staff_id]
-- columns:
--   qa_staff_id: bigint
--   staff_id: bigint
--   random_checks: bigint
--   random_accuracy: double
--   golden_checks: bigint
--   golden_accuracy: double
--   known_checks: bigint
--   known_accuracy: double
--   gap_upper: double
--   disputes: bigint
--   upheld: bigint
--   usual_upheld_share: double
--   dispute_p: double
--   dispute_points: double
--   gap_score: double
--   dispute_score: double
--   score: double
-- lookback: 28d
-- parameters: {min_random: 10, min_known: 10, z: 3.5, min_disputes: 3, min_upheld_share: 0.8, max_dispute_p: 0.01}
-- score:
--   - {test: binomial_tail, columns: {successes: upheld, trials: disputes, expected_rate: usual_upheld_share}, output: {p_value: dispute_p}}
--   - {test: points_below, columns: {value: dispute_p, points: dispute_points}, output: {score: dispute_score}, limits: {limit: max_dispute_p}}
--   - {test: larger, columns: {first: gap_score, second: dispute_score}, output: {score: score}}
-- entities:
--   - {type: staff, column: qa_staff_id, score: score}
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   colluding_pairs:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: pairs
--     breach: {above: 0}
--     persistence: {days: 1, of: 1}
--   upheld_disputes:
--     numerator: sum(upheld)
--     denominator: sum(disputes)
--     kind: rate
--     unit: share of disputes
--     severity: low
-- alert:
--   repeat_after: 7d
--   evidence: [qa_staff_id, staff_id, random_checks, random_accuracy, golden_checks, golden_accuracy, known_accuracy, gap_upper, disputes, upheld]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. `gap_score`: compare `golden_accuracy` (answers known before) and `known_accuracy` (with other QA people's
--      random checks) with `random_accuracy`, what this `qa_staff_id` found in the same 28 days. `gap_upper` is the
--      upper end of the interval of known minus random; below 0 it is not chance.
--   2. `dispute_score`: in `qa_reviews`, list the pair's rows with `disputed`; `upheld` of `disputes` against
--      `usual_upheld_share`, the other pairs' share.
--   3. Count the pair's `random_checks` a day: random items are drawn, not picked; one pair far above others picks.
--   4. Have 20 of the pair's checks graded again by QA of another site, without names, within three days.
--   5. Swap the pair's assignment at once: it costs nothing and says nothing. Open a case only with step 4's result.
-- blind_spots:
--   - golden items that the reviewer recognises (quality watches leaked golden sets)
--   - fewer than min_random checks between two people in 28 days
--   - a QA team that looks away together
-- false_positives:
--   - a QA reviewer who gets one moderator's easy queue only
--   - a policy change that turns many disputes right
-- references:
--   - "Agresti, Caffo 2000: simple and effective confidence intervals for differences of proportions (one success and one failure added)"
-- related: [integrity.lenient_reviewer, quality.reviewer_accuracy]
-- ---
with tasks_decided as (
    select distinct review_id, staff_id from review_tasks where staff_id is not null
),

checks as (
    -- distinct, because a row may be delivered twice
    select distinct
        qa.qa_id, qa.qa_staff_id, task.staff_id, coalesce(qa.golden, false) as golden,
        case when qa.is_correct then 1e0 else 0e0 end as correct, coalesce(qa.disputed, false) as disputed,
        coalesce(qa.disputed and qa.dispute_outcome = 'upheld', false) as upheld
    from qa_reviews as qa
    inner join tasks_decided as task on task.review_id = qa.review_id
    where qa.qa_staff_id is not null and qa.is_correct is not null and (qa.golden or qa.sample_type = 'random')
),

moderators as (
    select
        staff_id, count(*) filter (where golden) as golden_checks, sum(correct) filter (where golden) as golden_correct,
        count(*) as checks, sum(correct) as correct
    from checks
    group by staff_id
),

pairs as (
    select
        qa_staff_id, staff_id, count(*) filter (where not golden) as random_checks,
        coalesce(sum(correct) filter (where not golden), 0) as random_correct,
        count(*) filter (where disputed) as disputes, count(*) filter (where upheld) as upheld
    from checks
    group by qa_staff_id, staff_id
    having count(*) filter (where not golden) > 0
),

usual_disputes as (
    -- no pair weighs more than two disputes, or those who collude would say what is usual; ten usual ones are mixed in
    select
        (3 + coalesce(sum(upheld * least(1e0, 2e0 / disputes)), 0)) / (10 + coalesce(sum(least(2, disputes)), 0)) as usual_upheld_share
    from pairs
    where disputes > 0
),

pairs_with_rest as (
    -- golden items have a known answer whoever hands them out: they and other people's checks tell the truth
    select
        pairs.*, golden_checks, golden_correct, checks - random_checks as known_checks, correct - random_correct as known_correct,
        usual_upheld_share
    from pairs
    inner join moderators on moderators.staff_id = pairs.staff_id
    cross join usual_disputes as usual
),

gaps as (
    -- one success and one failure are added to each side
    select
        *, (known_correct + 1) / (known_checks + 2) - (random_correct + 1) / (random_checks + 2)
        + :z * sqrt(
            (known_correct + 1) * (known_checks - known_correct + 1) / pow(known_checks + 2, 3)
            + (random_correct + 1) * (random_checks - random_correct + 1) / pow(random_checks + 2, 3)
        ) as gap_upper
    from pairs_with_rest
)

select
    qa_staff_id, staff_id, random_checks, random_correct / random_checks as random_accuracy,
    golden_checks, golden_correct / nullif(golden_checks, 0) as golden_accuracy,
    known_checks, known_correct / nullif(known_checks, 0) as known_accuracy,
    gap_upper, disputes, upheld, usual_upheld_share,
    case when disputes >= :min_disputes and upheld >= :min_upheld_share * disputes then least(100e0, 40 + 5 * disputes) else 0e0 end as dispute_points,
    case
        when random_checks >= :min_random and known_checks >= :min_known and gap_upper < 0
            then least(100e0, 50 - 200 * gap_upper)
        else 0e0
    end as gap_score
from gaps
