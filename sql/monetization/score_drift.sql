-- ---
-- title: A model's scores drift, or crowd just under the line
-- description: |
--   The population stability index of a rule's scores over the deciles of its own lookback, and the share of scores just
--   under the line of review. Each model version is compared with itself only: a launch is no drift.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [model_version, rule_id]
-- columns:
--   model_version: text
--   rule_id: text
--   scores: bigint
--   baseline_days: bigint
--   baseline_scores: bigint
--   psi: double
--   grey: bigint
--   grey_share: double
--   usual_grey_share: double
--   judged: bigint
--   p_grey: double
--   q_grey: double
--   points: double
--   score: double
-- lookback: 29d
-- parameters: {min_scores: 300, min_baseline: 900, min_days: 3, max_psi: 0.2, grey_low: 0.65, grey_high: 0.75, min_grey_ratio: 1.6, max_q: 0.001}
-- score:
--   - {test: binomial_tail, columns: {successes: grey, trials: judged, expected_rate: usual_grey_share}, output: {p_value: p_grey}}
--   - {test: q_values, columns: {p_value: p_grey}, output: {q_value: q_grey}}
--   - {test: points_below, columns: {value: q_grey, points: points}, output: {score: score}, limits: {limit: max_q}}
-- entities:
--   - {type: rule, column: rule_id, score: score}
-- indicators:
--   drifted_rules:
--     value: count(*)
--     filter: psi > :max_psi
--     kind: count
--     unit: rules of a model version
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   crowded_rules:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: rules of a model version
--     breach: {above: 0}
--   grey_share:
--     numerator: sum(grey)
--     denominator: sum(scores)
--     by: [rule_id]
--     kind: rate
--     unit: share of scores
--   worst_psi:
--     value: max(psi)
--     kind: value
--     unit: PSI
-- alert:
--   repeat_after: 7d
--   evidence: [model_version, rule_id, scores, psi, grey_share, usual_grey_share, q_grey, baseline_days, score]
--   order_by: psi desc
-- runbook: |
--   1. `psi` over .2 is a shifted distribution, .1 to .2 worth a look. `grey_share` well over `usual_grey_share` with a
--      small `psi` is gaming: writers have found what passes.
--   2. In `policy_changes` of the last 3 days, look for the `model_version` or `rule_id` as `object_id`. A change of
--      features or of the items' mix upstream explains a drift of all rules of the version.
--   3. In `automod_decisions` of the day, take the rule's scores from .65 to .75 and split them by `market`, then read the
--      `comments` of the same `target_id`: one text or one link in many spellings is a campaign
--      (platform_abuse.comment_copypaste of the same day).
--   4. Compare monetization.rule_precision of the last 3 days: a drifted rule with steady precision can wait for the team
--      that owns the model.
--   5. Gaming: send the grey zone of the rule to review for 7 days, label 200, and retrain or move the line. Drift without
--      a cause: hold the model's next launch and open a data incident.
-- blind_spots:
--   - rules with fewer than 300 scores a day
--   - the first three days of a model version
--   - gaming that moves content far below the line
--   - a drift slower than the lookback, which moves the deciles with it
-- false_positives:
--   - a news event that fills one rule with unusual items
--   - a backlog that is scored in one day
-- references:
--   - "Siddiqi 2006: Credit Risk Scorecards (PSI over .2: significant shift)"
-- related: [monetization.rule_precision, platform_abuse.comment_copypaste]
-- ---
with levels as (
    -- a hundred levels of score are enough to cut deciles, and one pass over the lookback counts them
    select
        coalesce(model_version, 'unknown') as model_version,
        rule_id,
        floor(100 * score) as level,
        ds,
        count(*) as scores,
        count(*) filter (where score >= :grey_low and score < :grey_high) as grey
    from automod_decisions
    where ds <= :day and rule_id is not null and score is not null
    group by coalesce(model_version, 'unknown'), rule_id, floor(100 * score), ds
),

counted as (
    select
        model_version, rule_id, level,
        coalesce(sum(case when ds < :day then scores end), 0) as before,
        coalesce(sum(case when ds = :day then scores end), 0) as now
    from levels
    group by model_version, rule_id, level
),

totals as (
    select
        model_version, rule_id,
        count(distinct case when ds < :day then ds end) as days,
        coalesce(sum(case when ds < :day then scores end), 0) as before,
        coalesce(sum(case when ds = :day then scores end), 0) as now,
        coalesce(sum(case when ds < :day then grey end), 0) as grey_before,
        coalesce(sum(case when ds = :day then grey end), 0) as grey_now
    from levels
    group by model_version, rule_id
),

levels_in_deciles as (
    -- the middle of a level's ranks in the baseline says its decile
    select
        counted.model_version, counted.rule_id, counted.before, counted.now,
        floor(10e0 * (sum(counted.before) over (
            partition by counted.model_version, counted.rule_id order by counted.level
            rows between unbounded preceding and current row
        ) - 0.5e0 * counted.before) / greatest(totals.before, 1)) as decile
    from counted
    inner join totals on totals.model_version = counted.model_version and totals.rule_id = counted.rule_id
),

deciles as (
    -- half a score is added to both sides, so that an empty decile has a logarithm
    select
        levels_in_deciles.model_version, levels_in_deciles.rule_id,
        (sum(levels_in_deciles.before) + 0.5e0) / (totals.before + 5) as share_before,
        (sum(levels_in_deciles.now) + 0.5e0) / (totals.now + 5) as share_now
    from levels_in_deciles
    inner join totals on totals.model_version = levels_in_deciles.model_version and totals.rule_id = levels_in_deciles.rule_id
    group by levels_in_deciles.model_version, levels_in_deciles.rule_id, least(9, decile), totals.before, totals.now
),

stability as (
    select model_version, rule_id, sum((share_now - share_before) * ln(share_now / share_before)) as psi
    from deciles
    group by model_version, rule_id
)

select
    totals.model_version, totals.rule_id, cast(totals.now as bigint) as scores, totals.days as baseline_days, cast(totals.before as bigint) as baseline_scores,
    case when totals.now >= :min_scores and totals.before >= :min_baseline and totals.days >= :min_days then stability.psi end as psi,
    cast(totals.grey_now as bigint) as grey, 1e0 * totals.grey_now / totals.now as grey_share, 1e0 * totals.grey_before / nullif(totals.before, 0) as usual_grey_share,
    case when totals.now >= :min_scores and totals.before >= :min_baseline and totals.days >= :min_days then cast(totals.now as bigint) end as judged,
    case when 1e0 * totals.grey_now / totals.now >= :min_grey_ratio * totals.grey_before / nullif(totals.before, 0)
        then least(95, 20 + 25e0 * totals.grey_now / totals.now / nullif(1e0 * totals.grey_before / nullif(totals.before, 0), 0)) else 0 end as points
from totals
inner join stability on stability.model_version = totals.model_version and stability.rule_id = totals.rule_id
where totals.now > 0
