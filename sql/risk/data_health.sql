-- ---
-- title: Are the day's data whole?
-- description: |
--   For each source and market: the day's rows against the median of the same weekdays, rows delivered twice under one
--   key, rows that miss what detections need, and rows that arrived too late. A breach elsewhere that coincides with a
--   finding here is a data fault until shown otherwise.
-- owner: risk_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [source, market]
-- columns:
--   source: text
--   market: text
--   day_rows: bigint
--   usual: double
--   missing_share: double
--   duplicate_share: double
--   null_share: double
--   late_share: double
--   score: double
-- lookback: 29d
-- parameters:
--   max_missing: 0.3
--   min_usual: 15
--   min_deviations: 4.0
--   max_duplicates: 0.005
--   min_rows: 100
--   max_nulls: 0.1
--   max_late: 0.15
-- indicators:
--   missing_rows:
--     value: count(*)
--     filter: score > 0 and missing_share > :max_missing
--     by: [source]
--     kind: count
--     unit: sources and markets
--     breach: {above: 0}
--   duplicated_rows:
--     value: count(*)
--     filter: duplicate_share > :max_duplicates
--     by: [source]
--     kind: count
--     unit: sources and markets
--     breach: {above: 0}
--   faulty_rows:
--     value: count(*)
--     filter: score > 0 and (null_share > :max_nulls or late_share > :max_late)
--     by: [source]
--     kind: count
--     unit: sources and markets
--     breach: {above: 0}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [source, market, day_rows, usual, missing_share, duplicate_share, null_share, late_share]
--   order_by: score desc
-- runbook: |
--   1. `missing_share` near 1 in one `market`: its pipeline did not run. Between .3 and 1: a part did not arrive. In all
--      markets of a `source` at once: the source itself. Ask the source's owner with `day_rows` against `usual`.
--   2. `missing_share` under .4 in one market and all its sources: a holiday there is likelier; see `dim_market` and last
--      year's day. Add an exception with the day.
--   3. `duplicate_share`: a load ran twice. Name the `source` to the loader's owner; detections count keys, so most
--      stand, but sums of `views` do not: run risk.harm_exposure again after the mend.
--   4. `null_share`, `late_share`: compare with yesterday's row; a jump at a release is a client's fault.
--   5. Demotion: for every breach of the same day in any team, take the sources of its query and the market of its
--      evidence. Where this table has `score` above 0 for that source and market on that day (or the day before, for
--      windows of two days), answer the breach with `data fault` and its page's severity is low: no user is acted on,
--      nothing enters risk.entity_risk. Mend the data, run the day again; if it is still breached then, it counts in full.
-- blind_spots:
--   - a loss that is spread over four weeks of the same weekday becomes usual
--   - rows that are still on their way when the day is built count as missing, not as late
--   - wrong values in whole rows; markets of fewer than min_usual rows
-- false_positives:
--   - a public holiday on which few people are online
-- related: [risk.violative_view_rate, risk.change_attribution, risk.harm_exposure]
-- ---
with rows_by_day as (
    -- keys are counted on the day only: a distinct count over the whole lookback would cost too much
    select 'video_views_daily' as source, coalesce(viewer_market, 'unknown') as market, ds, count(*) as n,
        count(distinct case when ds = :day then cast(video_id as varchar(40)) || '/' || coalesce(surface, '') end) as keys,
        count(case when viewer_market is null or surface is null or views is null then 1 end) as lacking, 0 as late
    from video_views_daily where ds <= :day group by viewer_market, ds
    union all
    select 'view_sample' as source, coalesce(viewer_market, 'unknown') as market, ds, count(*) as n, count(distinct case when ds = :day then sample_id end) as keys,
        count(case when viewer_market is null or inclusion_prob is null or label is null then 1 end) as lacking,
        count(case when labeled_ts >= ds + interval '26 hours' then 1 end) as late
    from view_sample where ds <= :day group by viewer_market, ds
    union all
    select 'engagements' as source, coalesce(market, 'unknown') as market, ds, count(*) as n, count(distinct case when ds = :day then event_id end) as keys,
        count(case when market is null or actor_id is null or device_id is null then 1 end) as lacking,
        count(case when ingest_ts >= ds + interval '26 hours' then 1 end) as late
    from engagements where ds <= :day group by market, ds
    union all
    select 'reports' as source, coalesce(market, 'unknown') as market, ds, count(*) as n, count(distinct case when ds = :day then report_id end) as keys,
        count(case when market is null or target_id is null then 1 end) as lacking,
        count(case when ingest_ts >= ds + interval '26 hours' then 1 end) as late
    from reports where ds <= :day group by market, ds
    union all
    select 'enforcement_actions' as source, coalesce(market, 'unknown') as market, ds, count(*) as n, count(distinct case when ds = :day then action_id end) as keys,
        count(case when target_id is null or policy_id is null then 1 end) as lacking,
        count(case when ingest_ts >= ds + interval '26 hours' then 1 end) as late
    from enforcement_actions where ds <= :day group by market, ds
    union all
    select 'automod_decisions' as source, coalesce(market, 'unknown') as market, ds, count(*) as n, count(distinct case when ds = :day then decision_id end) as keys,
        count(case when market is null or outcome is null then 1 end) as lacking,
        count(case when ingest_ts >= ds + interval '26 hours' then 1 end) as late
    from automod_decisions where ds <= :day group by market, ds
),

usual_rows as (
    select source, market, percentile_cont(0.5) within group (order by n) as usual
    from rows_by_day
    where ds < :day and extract(day from (cast(:day as timestamp) - cast(ds as timestamp))) % 7 = 0
    group by source, market
),

compared as (
    -- a market without a row today is there all the same
    select
        coalesce(today.source, usual_rows.source) as source, coalesce(today.market, usual_rows.market) as market,
        coalesce(n, 0) as day_rows, coalesce(usual, 0) as usual, greatest(0, 1 - coalesce(n, 0) / nullif(usual, 0)) as missing_share,
        coalesce(1 - 1e0 * keys / nullif(n, 0), 0) as duplicate_share,
        coalesce(1e0 * lacking / nullif(n, 0), 0) as null_share, coalesce(1e0 * late / nullif(n, 0), 0) as late_share
    from (select * from rows_by_day where ds = :day) as today
    full join usual_rows on usual_rows.source = today.source and usual_rows.market = today.market
)

select
    source, market, day_rows, usual, coalesce(missing_share, 0) as missing_share, duplicate_share, null_share, late_share,
    case
        when missing_share > :max_missing and usual >= :min_usual and usual - day_rows > :min_deviations * sqrt(usual)
            then least(100, 40 + 60 * missing_share)
        when duplicate_share > :max_duplicates then least(100, 40 + 60 * duplicate_share)
        when day_rows >= :min_rows and (null_share > :max_nulls or late_share > :max_late) then 30
        else 0
    end as score
from compared
