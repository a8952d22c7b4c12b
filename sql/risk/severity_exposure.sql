-- ---
-- title: Severity times exposure against its forecast
-- description: |
--   Of a day's views, how many fell on videos that were acted against that day, each weighed by how grave its policy is
--   (self-harm and minors 10, spam 1), per 1,000 views. Held against a seasonal forecast: the median of the same weekday,
--   with an interval from the median absolute deviation of all days of the lookback, on the logarithm.
-- owner: risk_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [viewer_market]
-- columns:
--   viewer_market: text
--   views: bigint
--   videos: bigint
--   weighed_views: double
--   exposure_index: double
--   forecast: double
--   forecast_low: double
--   forecast_high: double
--   deviations: double
--   history_days: bigint
--   score: double
-- lookback: 29d
-- parameters: {interval_deviations: 3.2, market_deviations: 4.5, min_spread: 0.06, spread_factor: 2.0, min_days: 14, min_index: 5.0}
-- indicators:
--   exposure_index:
--     value: max(exposure_index)
--     filter: viewer_market = 'all'
--     kind: value
--     unit: weighed views per 1,000
--   over_the_interval:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: markets
--     breach: {above: 0}
-- alert:
--   repeat_after: 3d
--   evidence: [viewer_market, exposure_index, forecast, forecast_low, forecast_high, videos, weighed_views, views]
--   order_by: score desc
-- runbook: |
--   1. The row `all` is the platform. Is one `viewer_market` above its `forecast_high` by more than the others? Begin there.
--   2. In `enforcement_actions` of the day, video and remove, limit or age_restrict; join `video_views_daily` of the day
--      on `target_id`: list the ten videos by views times the policy's weight. One video is most of it: a viral one, go to
--      step 3. Many: either more harm or more enforcement, go to step 4.
--   3. Note when it was first seen in `reports`, when acted against, and its views in between; open an incident if over a
--      tenth of `weighed_views`.
--   4. Compare `videos` with the week before. Up with the index: a sweep or a new rule (see `policy_changes`), and
--      exposure did not rise but was found. Level: the same number of videos was seen more, which is harm.
--   5. risk.data_health for video_views_daily and enforcement_actions first, if the index fell or more than doubled.
-- blind_spots:
--   - harm that nobody acted against on the day it was seen (see risk.violative_view_rate for that)
--   - a slow rise over weeks, which the same weekdays follow
-- false_positives:
--   - a sweep of old videos, or a catalogue withdrawn by its owner
-- related: [risk.harm_exposure, risk.violative_view_rate, risk.data_health]
-- ---
with acted_against as (
    -- the gravest policy counts, and a second action on the same day adds nothing
    select
        ds, target_id as video_id,
        max(case
            when policy_id in ('self_harm', 'protection_of_minors', 'risk_for_public_security') then 10
            when policy_id = 'violence' then 8
            when policy_id in ('cyber_violence', 'illegal_or_harmful_speech') then 6
            when policy_id in ('unsafe_and_illegal_products', 'scams_and_fraud') then 4
            else 1
        end) as gravity
    from enforcement_actions
    where ds <= :day and target_type = 'video' and action in ('remove', 'limit', 'age_restrict')
    group by ds, target_id
),

market_days as (
    select
        extract(day from (cast(:day as timestamp) - cast(views.ds as timestamp))) as age, coalesce(viewer_market, 'unknown') as viewer_market,
        sum(views) as views, count(distinct acted_against.video_id) as videos, sum(coalesce(gravity, 0) * views) as weighed_views
    from video_views_daily as views
    left join acted_against on acted_against.ds = views.ds and acted_against.video_id = views.video_id
    where views.ds <= :day
    group by views.ds, coalesce(viewer_market, 'unknown')
),

all_days as (
    -- a video seen in two markets counts in both, and twice in the videos of all
    select age, viewer_market, views, videos, weighed_views from market_days
    union all
    select age, 'all' as viewer_market, sum(views) as views, sum(videos) as videos, sum(weighed_views) as weighed_views
    from market_days group by age
),

indexed as (
    -- the index is a ratio, so that rows delivered twice cancel out; :min_index keeps the logarithm of quiet days near
    select all_days.*, 1e3 * weighed_views / nullif(views, 0) as exposure_index, ln(:min_index + 1e3 * weighed_views / nullif(views, 0)) as size
    from all_days
),

weekday_medians as (
    select viewer_market, age % 7 as weekday, percentile_cont(0.5) within group (order by size) as usual
    from indexed where age > 0 group by viewer_market, age % 7
),

spreads as (
    select
        indexed.viewer_market, count(*) as history_days,
        percentile_cont(0.5) within group (order by abs(size - usual)) as mad
    from indexed
    inner join weekday_medians on weekday_medians.viewer_market = indexed.viewer_market and weekday_medians.weekday = indexed.age % 7
    where age > 0
    group by indexed.viewer_market
),

forecasts as (
    -- :spread_factor makes a deviation of the MAD, and of its being taken from the days that gave the medians
    select
        indexed.*, usual, history_days, greatest(:min_spread, :spread_factor * mad) as spread,
        (size - usual) / greatest(:min_spread, :spread_factor * mad) as deviations
    from indexed
    left join weekday_medians on weekday_medians.viewer_market = indexed.viewer_market and weekday = 0
    left join spreads on spreads.viewer_market = indexed.viewer_market
    where age = 0
)

select
    viewer_market, views, videos, weighed_views, exposure_index,
    exp(usual) - :min_index as forecast,
    exp(usual - :interval_deviations * spread) - :min_index as forecast_low,
    exp(usual + :interval_deviations * spread) - :min_index as forecast_high,
    deviations, coalesce(history_days, 0) as history_days,
    case when history_days >= :min_days and deviations >= case viewer_market when 'all' then :interval_deviations else :market_deviations end
        then least(100, 40 + 5 * deviations) else 0 end as score
from forecasts
