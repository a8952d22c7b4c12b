-- ---
-- title: Actions overturned on appeal
-- description: |
--   The share of appeals decided in the last 1, 3, 7 and 14 days that were overturned, by who acted (a rule, a reviewer) and
--   by policy, against the same source's month before. Only what was decided by the end of the day counts: the outcome
--   of an appeal is known from `resolved_ts` on.
-- owner: quality_oncall
-- status: production
-- severity: medium
-- policy: moderation_quality
-- grain: [source, policy_id, window_days]
-- columns:
--   source: text
--   policy_id: text
--   window_days: integer
--   resolved: bigint
--   overturned: bigint
--   overturn_share: double
--   expected_share: double
--   points: double
--   p: double
--   score: double
-- lookback: 42d
-- parameters: {min_resolved: 12, min_excess: 0.08, prior_share: 0.15, prior_appeals: 100, max_p: 0.0001}
-- score:
--   - {test: binomial_tail, columns: {successes: overturned, trials: resolved, expected_rate: expected_share}, output: {p_value: p}}
--   - {test: points_below, columns: {value: p, points: points}, output: {score: score}, limits: {limit: max_p}}
-- indicators:
--   overturned_more:
--     value: count(distinct concat(source, ' ', policy_id))
--     filter: score > 0
--     kind: count
--     unit: sources and policies
--     breach: {above: 0}
--   overturn_rate:
--     numerator: sum(overturned)
--     denominator: sum(resolved)
--     filter: policy_id = 'all' and window_days = 7
--     by: [source]
--     kind: rate
--     unit: share of appeals decided
-- alert:
--   repeat_after: 7d
--   evidence: [source, policy_id, window_days, overturned, resolved, overturn_share, expected_share, p]
--   order_by: score desc
-- runbook: |
--   1. `source` automod: in `enforcement_actions` of the window group the overturned ones by `rule_id`; one rule is the
--      monetization team's rule_precision, tell its owner.
--   2. `source` human_review and one `policy_id`: read quality.rater_agreement of the same policy, 7 days. Both up is an
--      ambiguous guideline.
--   3. In `appeals` group by `resolver_staff_id` of the window: one resolver who overturns most is a matter of calibration.
--   4. In `policy_changes` of 14 days look for a policy that was relaxed: what was right then is overturned now.
--   5. Reinstate what is like the overturned ones and was not appealed: same rule or policy, same days.
-- blind_spots:
--   - actions that nobody appeals (most of them)
--   - appeals older than six weeks
-- false_positives:
--   - a relaxed policy
--   - a backlog of easy appeals worked off in one day
-- related: [quality.rater_agreement, quality.disputes_upheld]
-- ---
with resolved as (
    -- distinct, because an appeal may be delivered twice
    select distinct appeal_id, action_id, cast(resolved_ts as date) as resolved_day, case when outcome = 'overturned' then 1 else 0 end as overturned
    from appeals
    where ds <= :day and resolved_ts < :day + interval '1 day' and resolved_ts >= :day - interval '41 days'
        and outcome in ('upheld', 'overturned')
),

acted as (
    -- reinstating is what an appeal does, not what it is against
    select distinct action_id, coalesce(source, 'unknown') as source, coalesce(policy_id, 'unknown') as policy_id
    from enforcement_actions
    where ds <= :day and coalesce(source, 'unknown') <> 'appeal'
),

appealed as (
    select resolved_day, source, policy_id, overturned from resolved inner join acted on acted.action_id = resolved.action_id
    union all
    select resolved_day, source, 'all' as policy_id, overturned from resolved inner join acted on acted.action_id = resolved.action_id
),

usual as (
    -- pulled towards the source's usual share as by a hundred appeals
    select
        source, policy_id,
        (1e0 * sum(overturned) + :prior_share * :prior_appeals) / (count(*) + :prior_appeals) as share
    from appealed where resolved_day <= :day - interval '14 days'
    group by source, policy_id
),

windows as (select 1 as days union all select 3 union all select 7 union all select 14),

in_window as (
    select source, policy_id, days, count(*) as resolved, sum(overturned) as overturned
    from appealed inner join windows on resolved_day > :day - days * interval '1 day'
    group by source, policy_id, days
),

compared as (
    -- a policy is held against its source where that is overturned more often
    select
        w.source, w.policy_id, w.days, w.resolved, w.overturned,
        greatest(coalesce(usual.share, :prior_share), coalesce(whole.share, :prior_share)) as expected
    from in_window as w
    left join usual on usual.source = w.source and usual.policy_id = w.policy_id
    left join usual as whole on whole.source = w.source and whole.policy_id = 'all'
)

select
    source, policy_id, days as window_days, resolved, overturned, 1e0 * overturned / resolved as overturn_share, expected as expected_share,
    case
        when resolved >= :min_resolved and 1e0 * overturned / resolved - expected >= :min_excess
            then least(100, 40 + 100 * (1e0 * overturned / resolved - expected))
        else 0
    end as points
from compared
