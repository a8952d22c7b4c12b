-- ---
-- title: Exposure to harm before it was stopped
-- description: |
--   How many views the videos removed today had collected in the week until today, and how many of today's views came
--   after a report. Fast enforcement keeps both small whatever the number of removals.
-- owner: risk_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [viewer_market, surface]
-- columns:
--   viewer_market: text
--   surface: text
--   views_today: bigint
--   reported_views_today: bigint
--   removed_videos: bigint
--   removed_views_week: bigint
--   views_week: bigint
-- lookback: 7d
-- parameters: {max_removed_share: 0.06, max_reported_share: 0.05}
-- indicators:
--   removed_view_share:
--     numerator: sum(removed_views_week)
--     denominator: sum(views_week)
--     kind: rate
--     unit: share of a week's views
--     breach: {target: {at_most: max_removed_share, min_n: 10000}}
--   views_after_report_share:
--     numerator: sum(reported_views_today)
--     denominator: sum(views_today)
--     by: [viewer_market]
--     kind: rate
--     unit: share of the day's views
--     breach: {target: {at_most: max_reported_share, min_n: 5000}}
--     severity: medium
--   views:
--     value: sum(views_today)
--     kind: count
--     unit: views
--     breach: {change: {against: same_weekday, direction: both, by: 50%, min_count: 10000}, above: 0}
--     severity: low
-- alert:
--   repeat_after: 3d
--   evidence: [viewer_market, surface, removed_views_week, removed_videos, views_week, reported_views_today]
--   order_by: removed_views_week desc
-- runbook: |
--   1. If `views` breached too, the day's view data is short or doubled: mend that first and run the day again.
--   2. Sort by `removed_views_week`. Few `removed_videos` with many views is a slow take-down of something viral; many
--      with few views each is a sweep, and no harm.
--   3. In `enforcement_actions` of the day, list `target_id` with action remove and join `video_views_daily` of the last
--      7 days: name the ten videos with the most views.
--   4. For those, compare the first `reports.event_ts` with the removal: over 24 hours is a queue's fault, hand to
--      quality.turnaround; no report at all is a detection gap.
--   5. Write the ten videos, their views and the two times into the incident, and name the queue that owns the delay.
-- blind_spots:
--   - harm that nobody removed is not in here; see risk.violative_view_rate
--   - views more than a week before the removal
-- false_positives:
--   - removals for other reasons than harm (a label's catalogue withdrawn)
-- related: [risk.violative_view_rate, quality.turnaround]
-- ---
with removed_today as (
    select distinct target_id as video_id
    from enforcement_actions
    where ds = :day and target_type = 'video' and action in ('remove', 'removed', 'removal', 'takedown')
),

views_once as (
    -- a row delivered twice counts once
    select
        ds, video_id, coalesce(viewer_market, 'unknown') as viewer_market, coalesce(surface, 'unknown') as surface,
        max(views) as views, max(views_after_report) as views_after_report
    from video_views_daily
    where ds <= :day
    group by ds, video_id, coalesce(viewer_market, 'unknown'), coalesce(surface, 'unknown')
),

views_of_week as (
    select views_once.*, removed_today.video_id is not null as removed
    from views_once
    left join removed_today on removed_today.video_id = views_once.video_id
)

select
    viewer_market,
    surface,
    sum(case when ds = :day then views else 0 end) as views_today,
    sum(case when ds = :day then coalesce(views_after_report, 0) else 0 end) as reported_views_today,
    count(distinct case when removed then video_id end) as removed_videos,
    sum(case when removed then views else 0 end) as removed_views_week,
    sum(views) as views_week
from views_of_week
group by viewer_market, surface
