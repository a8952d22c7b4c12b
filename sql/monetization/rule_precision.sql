-- ---
-- title: A rule takes down what it should not
-- description: |
--   People look again at a random sample of what each automod rule limited or removed. A rule is reported when in a
--   market it was wrong more often in three days than it usually is (q < .02) and fewer than the target were right.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [rule_id, market]
-- columns:
--   rule_id: text
--   market: text
--   acts: bigint
--   usual_acts: double
--   checked: bigint
--   right_acts: bigint
--   wrong_acts: bigint
--   precision_share: double
--   wilson_low: double
--   wilson_high: double
--   usual_wrong_share: double
--   judged: bigint
--   appeals_answered: bigint
--   appeals_overturned: bigint
--   cost_usd: double
--   usd_per_right_act: double
--   minutes_saved: double
--   p_wrong: double
--   q_wrong: double
--   points: double
--   score: double
-- lookback: 28d
-- parameters: {target_precision: 0.8, check_days: 3, min_checked: 8, floor_wrong_share: 0.12, max_q: 0.02}
-- score:
--   - {test: binomial_tail, columns: {successes: wrong_acts, trials: judged, expected_rate: usual_wrong_share}, output: {p_value: p_wrong}}
--   - {test: q_values, columns: {p_value: p_wrong}, output: {q_value: q_wrong}}
--   - {test: points_below, columns: {value: q_wrong, points: points}, output: {score: score}, limits: {limit: max_q}}
-- entities:
--   - {type: rule, column: rule_id, score: score}
-- indicators:
--   imprecise_rules:
--     value: count(*)
--     filter: score >= 40
--     kind: count
--     unit: rules in a market
--     breach: {above: 0}
--   precision:
--     numerator: sum(right_acts)
--     denominator: sum(checked)
--     by: [market]
--     kind: rate
--     unit: share of sampled acts
--     breach: {target: {at_least: target_precision, min_n: 50}}
--   overturn_rate:
--     numerator: sum(appeals_overturned)
--     denominator: sum(appeals_answered)
--     kind: rate
--     unit: share of answered appeals
--     breach: {target: {at_most: 0.5, min_n: 50}}
--     severity: medium
--   cost:
--     value: sum(cost_usd)
--     kind: value
--     unit: US dollars
--   minutes_saved:
--     value: sum(minutes_saved)
--     kind: value
--     unit: minutes of review
-- alert:
--   repeat_after: 7d
--   evidence: [rule_id, market, checked, wrong_acts, precision_share, wilson_low, wilson_high, acts, usual_acts, q_wrong, score]
--   order_by: score desc
-- runbook: |
--   1. Take the highest `score`. `precision_share` of the last three days' checks lies between `wilson_low` and
--      `wilson_high`; one bad market of many is a language or a word list, all markets are the model.
--   2. `acts` over `usual_acts`: a rule that takes down more and worse than usual has a threshold or a list changed. Look in
--      `policy_changes` of the last 3 days for the rule's id as `object_id`.
--   3. In `review_tasks` with `queue_id` automod_check of the last three days, read the approved targets of the rule
--      (`automod_decisions` by `target_id`): name the common word, sound or link.
--   4. `appeals_overturned` of `appeals_answered` in 28 days says how many people noticed; `usd_per_right_act` and
--      `minutes_saved` say what the rule is worth while it is off.
--   5. Wilson's upper bound under the target: switch the rule to review only in that market, and reinstate the wrong acts
--      of the window. Otherwise double the sample for the rule and look again tomorrow.
-- blind_spots:
--   - rules with fewer than eight checked acts in three days and a market
--   - checkers who agree with the machine because they see its answer
--   - what the rule misses; only what it did is sampled
-- false_positives:
--   - a new policy that the checkers apply before the rule does
--   - one careless checker (compare quality.reviewer_accuracy)
-- references:
--   - "Wilson 1927: Probable Inference, the Law of Succession, and Statistical Inference"
-- related: [quality.reviewer_accuracy, monetization.score_drift]
-- ---
with decisions as (
    select ds, target_type, target_id, rule_id, coalesce(market, 'unknown') as market, outcome, cost_usd
    from automod_decisions
    where ds <= :day and rule_id is not null
),

activity as (
    select
        rule_id, market, count(*) filter (where ds = :day and outcome in ('limit', 'remove')) as acts,
        1e0 * count(*) filter (where ds < :day and outcome in ('limit', 'remove'))
            / nullif(count(distinct case when ds < :day then ds end), 0) as usual_acts,
        coalesce(sum(case when ds = :day then cost_usd end), 0) as cost_usd
    from decisions
    group by rule_id, market
),

checks as (
    -- a check arrives the day after the act; an act that was checked twice counts by each check
    select
        acted.rule_id, acted.market, review.review_id, review.watch_s,
        review.ds > :day - cast(:check_days as integer) * interval '1 day' as recent, review.decision <> 'approve' as was_right
    from review_tasks as review
    inner join (select distinct target_type, target_id, rule_id, market from decisions where outcome in ('limit', 'remove')) as acted
        on acted.target_type = review.target_type and acted.target_id = review.target_id
    where review.queue_id = 'automod_check' and review.decision in ('approve', 'remove', 'limit', 'age_restrict')
),

recent_checks as (
    select rule_id, market, count(*) as checked, count(*) filter (where was_right) as right_acts
    from checks
    where recent
    group by rule_id, market
),

usual_checks as (
    -- the rule in all markets before the window: its own mistakes are what it is held against
    select rule_id, 1e0 * count(*) filter (where not was_right) / count(*) as wrong_share, avg(watch_s) as watch_s
    from checks
    where not recent
    group by rule_id
),

answered_appeals as (
    select action.rule_id, coalesce(action.market, 'unknown') as market,
        count(*) as answered, count(*) filter (where appeals.outcome = 'overturned') as overturned
    from appeals
    inner join enforcement_actions as action on action.action_id = appeals.action_id
    where action.source = 'automod' and appeals.resolved_ts < :day + interval '1 day'
    group by action.rule_id, coalesce(action.market, 'unknown')
),

measured as (
    select activity.*, checked, right_acts, 1e0 * right_acts / checked as share,
        greatest(:floor_wrong_share, coalesce(wrong_share, 0)) as usual_wrong_share, watch_s,
        coalesce(answered, 0) as appeals_answered, coalesce(overturned, 0) as appeals_overturned
    from activity
    left join recent_checks on recent_checks.rule_id = activity.rule_id and recent_checks.market = activity.market
    left join usual_checks on usual_checks.rule_id = activity.rule_id
    left join answered_appeals on answered_appeals.rule_id = activity.rule_id and answered_appeals.market = activity.market
)

select
    rule_id, market, acts, coalesce(usual_acts, 0) as usual_acts,
    coalesce(checked, 0) as checked, coalesce(right_acts, 0) as right_acts, coalesce(checked - right_acts, 0) as wrong_acts, share as precision_share,
    -- Wilson's interval at 95 % with z = 1.96, z * z = 3.8416
    (share + 1.9208e0 / checked - 1.96e0 * sqrt((share * (1 - share) + 0.9604e0 / checked) / checked)) / (1 + 3.8416e0 / checked) as wilson_low,
    (share + 1.9208e0 / checked + 1.96e0 * sqrt((share * (1 - share) + 0.9604e0 / checked) / checked)) / (1 + 3.8416e0 / checked) as wilson_high,
    usual_wrong_share,
    case when checked >= :min_checked then checked end as judged,
    appeals_answered, appeals_overturned, cost_usd, cost_usd / nullif(acts * (1 - usual_wrong_share), 0) as usd_per_right_act,
    1e0 * acts * coalesce(watch_s, 0) / 60 as minutes_saved,
    case when share < :target_precision then least(95, 45 + 60 * (:target_precision - share) + least(20, checked - right_acts)) else 0 end as points
from measured
where acts > 0 or checked > 0
