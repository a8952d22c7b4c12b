-- ---
-- title: Agreement of reviewers in calibration
-- description: |
--   How far people who label the same items agree: Krippendorff's alpha and Fleiss' kappa among them, Cohen's kappa with
--   the gold label, for the day's session and for each policy over 1, 2, 4 and 7 days. The target is .8; under .667 no
--   conclusion should rest on the labels. One policy on which more go wrong than usual, and more than on the day's other
--   policies, is an ambiguous guideline.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [policy_id, window_days]
-- columns:
--   policy_id: text
--   window_days: integer
--   items: bigint
--   labels: bigint
--   alpha: double
--   fleiss_kappa: double
--   cohen_kappa: double
--   wrong: bigint
--   wrong_share: double
--   expected_share: double
--   prior_strength: double
--   points: double
--   p: double
--   score: double
-- lookback: 28d
-- parameters: {act_under: 0.667, min_labels: 20, min_excess: 0.04, within_item: 0.04, max_p: 0.0004}
-- score:
--   - {test: beta_binomial_tail, columns: {successes: wrong, trials: labels, prior_mean: expected_share, prior_strength: prior_strength}, output: {p_value: p}}
--   - {test: points_below, columns: {value: p, points: points}, output: {score: score}, limits: {limit: max_p}}
-- indicators:
--   unclear_policies:
--     value: count(distinct policy_id)
--     filter: score > 0
--     kind: count
--     unit: policies
--     breach: {above: 0}
--   session_alpha:
--     value: min(alpha)
--     filter: policy_id = 'all' and window_days = 1 and labels >= :min_labels
--     kind: value
--     unit: alpha
--     breach: {below: act_under}
--     persistence: {days: 2, of: 3}
-- alert:
--   repeat_after: 7d
--   evidence: [policy_id, window_days, wrong, labels, wrong_share, expected_share, p, alpha]
--   order_by: score desc
-- runbook: |
--   1. `unclear_policies`: in `calibration_labels` of the last 7 days take the policy's items and count `label` against
--      `gold_label`. Two labels of about equal size are two readings of the guideline; scattered ones are bad training.
--   2. In `policy_changes` of the last 14 days look for that policy as `object_id`: an edit explains most of these.
--   3. Is it one `market`? Then it is the translation. All of them? Then the text itself.
--   4. Send the three items with the most even split to the policy owner, with both readings; freeze the policy's golden items.
--   5. `session_alpha` under .667 over all policies: leave the day's calibration out of people's scores and repeat it.
-- blind_spots:
--   - a wrong reading that everybody shares, the gold labels included
--   - policies without calibration items
-- false_positives:
--   - a session of hard items of one policy, on purpose
--   - new people in their first session
-- references:
--   - "Krippendorff 2004: alpha of .8 to rely on, .667 the least; Fleiss 1971; Cohen 1960"
--   - "Kish 1965: labels on one item are alike, the design effect is 1 + (labels an item - 1) x correlation within an item"
-- related: [quality.overturn_rate, quality.accuracy_random]
-- ---
with labelled as (
    -- distinct, because a label may be delivered twice
    select distinct
        ds, session_id, item_id, staff_id, label, gold_label, coalesce(policy_id, 'unknown') as policy_id
    from calibration_labels
    where ds <= :day and label is not null and gold_label is not null
),

windows as (select 1 as days union all select 2 union all select 4 union all select 7),

in_window as (
    select days, policy_id, session_id, item_id, label, gold_label
    from labelled inner join windows on ds > :day - days * interval '1 day'
    union all
    select days, 'all' as policy_id, session_id, item_id, label, gold_label
    from labelled inner join windows on ds > :day - days * interval '1 day'
),

votes as (
    select days, policy_id, session_id, item_id, label, gold_label, count(*) as n
    from in_window group by days, policy_id, session_id, item_id, label, gold_label
),

items as (
    -- one label alone agrees with nobody
    select days, policy_id, session_id, item_id, sum(n) as raters, 1e0 * sum(n * (n - 1)) / (sum(n) - 1) as agreeing
    from votes group by days, policy_id, session_id, item_id having sum(n) >= 2
),

agreement as (
    select
        days, policy_id, count(*) as items, cast(sum(raters) as bigint) as labels, sum(agreeing) / sum(raters) as observed,
        avg(agreeing / raters) as observed_by_item
    from items group by days, policy_id
),

label_totals as (
    -- how often each label was given, and how often it was the right one
    select days, policy_id, answer, 1e0 * sum(given) as given, 1e0 * sum(golden) as golden, sum(wrong) as wrong
    from (
        select days, policy_id, label as answer, n as given, 0 as golden, case when label <> gold_label then n else 0 end as wrong
        from votes
        union all select days, policy_id, gold_label as answer, 0 as given, n as golden, 0 as wrong from votes
    ) as answers
    group by days, policy_id, answer
),

chance as (
    select
        days, policy_id, cast(sum(wrong) as bigint) as wrong, sum(given) as n, sum(given * (given - 1)) / nullif(sum(given) * (sum(given) - 1), 0) as by_pairs,
        sum(given * given) / (sum(given) * sum(given)) as by_share, sum(given * golden) / (sum(given) * sum(given)) as with_gold
    from label_totals group by days, policy_id
),

usual as (
    -- three weeks before the last one, pulled towards 6 % as by 200 labels
    select policy_id, (12e0 + count(*) filter (where label <> gold_label)) / (200 + count(*)) as share
    from labelled where ds <= :day - interval '7 days' group by policy_id
),

compared as (
    select
        a.days, a.policy_id, a.items, a.labels, a.observed, a.observed_by_item, c.wrong, c.n, c.by_pairs, c.by_share, c.with_gold,
        greatest(coalesce(usual.share, 0.06), coalesce((whole.wrong - c.wrong) / nullif(whole.n - c.n, 0), 0)) as expected,
        case when a.policy_id <> 'all' and a.labels >= :min_labels then 1 end as judged
    from agreement as a
    inner join chance as c on c.days = a.days and c.policy_id = a.policy_id
    inner join chance as whole on whole.days = a.days and whole.policy_id = 'all'
    left join usual on usual.policy_id = a.policy_id
)

select
    policy_id, days as window_days, items, labels,
    1 - (1 - observed) / nullif(1 - by_pairs, 0) as alpha,
    (observed_by_item - by_share) / nullif(1 - by_share, 0) as fleiss_kappa,
    (1 - wrong / n - with_gold) / nullif(1 - with_gold, 0) as cohen_kappa,
    wrong, wrong / n as wrong_share, expected as expected_share,
    greatest(2, 1e0 * (labels - 1) / ((1e0 * labels / items - 1) * :within_item) - 1) as prior_strength,
    case when judged = 1 and wrong / n - expected >= :min_excess then least(100, 40 + 200 * (wrong / n - expected)) else 0 end as points
from compared
