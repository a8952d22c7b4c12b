-- ---
-- title: Violative view rate
-- description: |
--   The share of views that land on violative videos, estimated from the labelled probability sample of the last seven
--   days. Each sampled view stands for 1 / inclusion probability views (Horvitz-Thompson), so that strata sampled more
--   densely do not count for more. YouTube published .16 to .18 % for late 2020.
-- owner: risk_oncall
-- status: production
-- severity: critical
-- policy: exposure_to_harm
-- grain: [viewer_market, surface, stratum]
-- columns:
--   viewer_market: text
--   surface: text
--   stratum: text
--   sampled: bigint
--   sampled_violative: bigint
--   views: double
--   violative_views: double
--   weight_squares: double
-- lookback: 7d
-- parameters: {max_rate: 0.01, min_labels: 500}
-- indicators:
--   violative_view_rate:
--     numerator: sum(violative_views) * sum(views) * pow(sum(weight_squares), -1)
--     denominator: sum(views) * sum(views) * pow(sum(weight_squares), -1)
--     by: [viewer_market]
--     kind: rate
--     unit: share of views
--     breach: {target: {at_most: max_rate, min_n: 200}}
--   labelled_views:
--     value: sum(sampled)
--     kind: count
--     unit: labels
--     breach: {below: min_labels}
--     severity: medium
-- alert:
--   repeat_after: 3d
--   evidence: [viewer_market, surface, stratum, violative_views, sampled_violative, sampled, views]
--   order_by: violative_views desc
-- runbook: |
--   1. Look at `labelled_views` first: too few labels is a data fault, not a change of harm.
--   2. Sort by `violative_views`: which `viewer_market`, `surface` and `stratum` carry the excess? One cell is an
--      incident, all of them is a change of policy or of the labellers.
--   3. In `policy_changes`, read the last 9 days: labels follow a new policy at once.
--   4. In `view_sample`, take the cell's violative `video_id` of the last 7 days and group by `labeler_id`: one labeller
--      who finds most of it is a labelling fault.
--   5. Join those videos to `enforcement_actions` of the same days: found by nobody means a detection gap; open an
--      incident with the market and surface, and name the owner of the gap the same day.
-- blind_spots:
--   - a rise within one day, which seven days of sample dilute
--   - violations that labellers cannot see (off-platform harm)
--   - the interval takes the weights as one effective sample size; it knows no clusters of one video
-- false_positives:
--   - a new policy or a labeller training
--   - a celebrity's one video that many people saw
-- references:
--   - "Horvitz, Thompson 1952; Kish 1965 for the effective sample size n = (sum w)^2 / sum w^2"
-- related: [risk.harm_exposure]
-- ---
with labelled as (
    -- distinct, because a sample may be delivered twice; unlabelled ones say nothing
    select distinct sample_id, viewer_market, surface, stratum, label, inclusion_prob
    from view_sample
    where ds <= :day and label is not null and inclusion_prob > 0
),

weighted as (
    select
        coalesce(viewer_market, 'unknown') as viewer_market,
        coalesce(surface, 'unknown') as surface,
        coalesce(stratum, 'unknown') as stratum,
        1e0 / inclusion_prob as weight,
        case when label in ('benign', 'ok', 'none', 'non_violative', 'not_violative') then 0 else 1 end as violative
    from labelled
)

select
    viewer_market,
    surface,
    stratum,
    count(*) as sampled,
    sum(violative) as sampled_violative,
    sum(weight) as views,
    sum(violative * weight) as violative_views,
    sum(weight * weight) as weight_squares
from weighted
group by viewer_market, surface, stratum
