-- ---
-- title: Did harm rise, or only the mix?
-- description: |
--   The change of the overall violative view rate, taken apart over market and surface: what it would have changed with
--   every cell's usual rate, because views moved between cells (mix effect, counted from all views), and what the cells'
--   own rates changed (rate effect, from the sample). Guards against Simpson's paradox in both directions: an overall
--   rise without any rate rising, and rates that rise while the mix hides it.
-- owner: risk_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [viewer_market, surface]
-- columns:
--   viewer_market: text
--   surface: text
--   usual_share: double
--   day_share: double
--   usual_rate: double
--   overall_rate: double
--   mix_effect: double
--   rate_effect: double
--   sampled: bigint
--   observed: bigint
--   expected: double
--   mix_score: double
--   hidden_points: double
--   p_value: double
--   hidden_score: double
-- lookback: 29d
-- parameters: {prior_samples: 300.0, max_calm_share: 0.06, min_mix: -0.12, max_mix: 0.12, min_hidden: 0.05, max_p: 0.001}
-- score:
--   - {test: poisson_tail, columns: {observed: observed, expected: expected}, output: {p_value: p_value}}
--   - {test: points_below, columns: {value: p_value, points: hidden_points}, output: {score: hidden_score}, limits: {limit: max_p}}
-- indicators:
--   mix_effect:
--     value: max(mix_effect)
--     filter: viewer_market = 'all'
--     kind: value
--     unit: part of the usual rate
--     breach: {outside: [min_mix, max_mix]}
--   hidden_rise:
--     value: count(*)
--     filter: hidden_score > 0
--     kind: count
--     unit: rises hidden by the mix
--     breach: {above: 0}
--     severity: critical
--   rate_effect:
--     value: sum(rate_effect)
--     filter: viewer_market <> 'all'
--     by: [surface]
--     kind: value
--     unit: part of the usual rate
-- alert:
--   repeat_after: 7d
--   evidence: [viewer_market, surface, mix_effect, rate_effect, usual_share, day_share, usual_rate, observed, expected]
--   order_by: mix_effect desc
-- runbook: |
--   1. Read the row `all`: `mix_effect` and `rate_effect` are parts of the usual overall rate (.3 is 30 % of it).
--   2. `mix_effect` large and `rate_effect` small: nothing got worse where people are. Name the cells whose `day_share`
--      moved most from `usual_share`, and ask what moved people there (`policy_changes`, kind launch).
--   3. hidden_rise: rates rose and the mix hides it. risk.violative_view_rate shows less than is true; take
--      risk.change_attribution for the cause, and report rates by surface until the mix is back.
--   4. A mix that moved for a data fault: risk.data_health for video_views_daily of the market.
--   5. If the new mix is here to stay, say so in the weekly report and give the overall rate at the old mix beside it.
-- blind_spots:
--   - mixes of anything other than market and surface (policies, languages, new against old accounts)
--   - a small surface without violative samples in 28 days has only the general rate
-- false_positives:
--   - a holiday on which people search more
--   - a market whose views are missing
-- references:
--   - "Kitagawa 1955: Components of a difference between two rates"
-- related: [risk.violative_view_rate, risk.change_attribution, risk.data_health]
-- ---
with viewed as (
    -- the day, and the same weekday of the four weeks before
    select coalesce(viewer_market, 'unknown') as viewer_market, coalesce(surface, 'unknown') as surface, ds, sum(views) as views
    from video_views_daily
    where ds <= :day and extract(day from (cast(:day as timestamp) - cast(ds as timestamp))) % 7 = 0
    group by viewer_market, surface, ds
),

day_shares as (
    select viewer_market, surface, ds, 1e0 * views / nullif(sum(views) over (partition by ds), 0) as share,
        (select count(distinct ds) from viewed where ds < :day) as n
    from viewed
),

shares as (
    -- of four weeks the median, which one odd week does not move; where there was less than half of them, 0
    select viewer_market, surface, coalesce(sum(case when ds = :day then share end), 0) as day_share,
        case when count(case when ds < :day then 1 end) * 2 >= max(n)
            then percentile_cont(0.5) within group (order by case when ds < :day then share end) else 0 end as usual_share
    from day_shares group by viewer_market, surface
),

samples as (
    select distinct
        sample_id, coalesce(viewer_market, 'unknown') as viewer_market, coalesce(surface, 'unknown') as surface, 1e0 / inclusion_prob as weight,
        case when label in ('benign', 'ok', 'none', 'non_violative', 'not_violative') then 0 else 1 end as violative,
        ds, ds > :day - interval '2 days' as recent, coalesce(stratum, 'unknown') as stratum
    from view_sample where ds <= :day and label is not null and inclusion_prob > 0
),

labelled as (
    -- what is usual leaves out a market's days of an earlier incident
    select * from (
        select samples.*, sum(violative) over (partition by viewer_market, ds) as hits, count(*) over (partition by viewer_market, ds) as n from samples
    ) as days where recent or hits <= greatest(3, :max_calm_share * n)
),

strata as (
    select surface, stratum, 1e0 * sum(violative) / count(*) as chance from labelled where not recent group by surface, stratum
),

surfaces as (select surface, sum(violative * weight) / sum(weight) as rate, avg(weight) as weight from labelled where not recent group by surface),

cells as (
    -- a cell's usual rate is drawn towards that of its surface; what to expect comes from its surfaces and strata
    select
        labelled.viewer_market, labelled.surface, count(*) filter (where recent) as sampled,
        coalesce(sum(case when recent then violative end), 0) as observed, coalesce(sum(case when recent then chance end), 0) as expected,
        sum(case when recent then violative * labelled.weight end) / sum(case when recent then labelled.weight end) as recent_rate,
        (coalesce(sum(case when not recent then violative * labelled.weight end), 0) + :prior_samples * max(surfaces.weight) * max(rate))
        / (coalesce(sum(case when not recent then labelled.weight end), 0) + :prior_samples * max(surfaces.weight)) as usual_rate
    from labelled
    inner join surfaces on surfaces.surface = labelled.surface
    inner join strata on strata.surface = labelled.surface and strata.stratum = labelled.stratum
    group by labelled.viewer_market, labelled.surface
),

overall as (
    select nullif(sum(usual_share * usual_rate), 0) as rate
    from shares inner join cells on cells.viewer_market = shares.viewer_market and cells.surface = shares.surface
),

effects as (
    -- against the overall rate, so that a cell below it lowers the whole by growing
    select
        cells.*, usual_share, day_share, overall.rate as overall_rate, (day_share - usual_share) * (usual_rate - overall.rate) / overall.rate as mix_effect,
        day_share * (coalesce(recent_rate, usual_rate) - usual_rate) / overall.rate as rate_effect
    from shares
    inner join cells on cells.viewer_market = shares.viewer_market and cells.surface = shares.surface
    cross join overall
)

select
    coalesce(viewer_market, 'all') as viewer_market, coalesce(surface, 'all') as surface, sum(usual_share) as usual_share, sum(day_share) as day_share,
    sum(usual_share * usual_rate) / nullif(sum(usual_share), 0) as usual_rate, max(overall_rate) as overall_rate,
    sum(mix_effect) as mix_effect, sum(rate_effect) as rate_effect, cast(sum(sampled) as bigint) as sampled, cast(sum(observed) as bigint) as observed, sum(expected) as expected,
    case when viewer_market is null and (sum(mix_effect) > :max_mix or sum(mix_effect) < :min_mix) then least(100, 40 + 100 * abs(sum(mix_effect))) else 0 end as mix_score,
    case when viewer_market is null and sum(mix_effect) < -:min_hidden then 80 else 0 end as hidden_points
from effects
group by grouping sets ((viewer_market, surface), ())
