-- ---
-- title: A mitigated trend comes back
-- description: |
--   Videos with the sound or hashtag of a trend that was mitigated within the last four weeks, against what was left of it
--   in the eight days after: a CUSUM (k = .5, h = 5 standard deviations) that notices a slow return as well as a jump.
-- owner: spam_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- techniques: ["DISARM:T0118", "DISARM:T0049.002"]
-- grain: [trend_id]
-- columns:
--   trend_id: text
--   mitigated_on: date
--   marks: text
--   videos: bigint
--   usual: double
--   spread: double
--   cusum: double
--   score: double
-- lookback: 42d
-- parameters: {watch_days: 28, baseline_days: 8, min_mark_videos: 2, min_mark_share: 0.3, min_removed_share: 0.1, k: 0.5, h: 5.0}
-- entities:
--   - {type: trend, column: trend_id, score: score}
-- indicators:
--   rebounds:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: trends
--     breach: {above: 0}
-- alert:
--   repeat_after: 7d
--   evidence: [trend_id, mitigated_on, videos, usual, cusum, marks]
--   order_by: score desc
-- runbook: |
--   1. `cusum` counts standard deviations above `usual`, the trend's own level in the eight days after `mitigated_on`;
--      5 is the alarm, 20 a second wave. `videos` are the day's.
--   2. In `videos`, list those of the last seven days with the sound or hashtag in `marks`, and read what is new: another
--      hashtag with the same sound is a mutation that the rule does not know.
--   3. Compare with `enforcement_actions` of the `trend_id` from the 14 days before `mitigated_on`: same harm, or jokes
--      about it and warnings against it?
--   4. Same harm: reopen the incident, add the new marks to the rule, sweep the last seven days. Otherwise add an
--      exception for the `trend_id` that ends in 28 days.
-- blind_spots:
--   - a return under another sound and another hashtag at once
--   - a return within baseline_days of the mitigation (it raises the baseline itself)
--   - trends whose enforcement actions do not carry their trend_id
-- false_positives:
--   - news about the trend, and creators who warn against it
--   - a sound that became popular for another reason
-- related: [platform_abuse.co_share, risk.harm_exposure]
-- ---
with mitigated as (
    select trend_id, cast(min(mitigated_ts) as date) as mitigated_on
    from incidents
    where mitigated_ts >= :day - cast(:watch_days as integer) * interval '1 day' and mitigated_ts < :day and trend_id is not null
    group by trend_id
),

marked as (
    -- a video's sound and its first hashtag; videos is kept whole, so the window is said here
    select video_id, cast(created_ts as date) as posted_on, 'sound ' || cast(sound_id as varchar(40)) as mark
    from videos
    where created_ts >= :day - interval '41 days' and created_ts < :day + interval '1 day' and sound_id is not null
    union all
    select video_id, cast(created_ts as date) as posted_on, 'tag ' || regexp_replace(hashtag_set, ' [^~]*$', '') as mark
    from videos
    where created_ts >= :day - interval '41 days' and created_ts < :day + interval '1 day' and hashtag_set is not null
),

removed as (
    select mitigated.trend_id, target_id as video_id, count(*) over (partition by mitigated.trend_id) as removed_videos
    from enforcement_actions inner join mitigated on mitigated.trend_id = enforcement_actions.trend_id
    where ds <= :day and target_type = 'video'
    group by mitigated.trend_id, target_id
),

shared_marks as (
    select trend_id, mark, count(distinct removed.video_id) as removed_with_mark
    from removed inner join marked on marked.video_id = removed.video_id
    group by trend_id, mark
    having count(distinct removed.video_id) >= greatest(:min_mark_videos, :min_mark_share * max(removed_videos))
),

own_marks as (
    -- what few other videos have: a mark of the trend, not of the season
    select trend_id, shared_marks.mark
    from shared_marks inner join marked on marked.mark = shared_marks.mark
    group by trend_id, shared_marks.mark, removed_with_mark
    having removed_with_mark >= :min_removed_share * count(distinct video_id)
),

trend_days as (
    -- quiet days count as 0
    select mitigated.trend_id, mitigated_on, calendar.posted_on, count(distinct marked.video_id) as videos,
        calendar.posted_on <= mitigated_on + cast(:baseline_days as integer) * interval '1 day' as in_baseline
    from mitigated
    inner join (select distinct posted_on from marked) as calendar on calendar.posted_on > mitigated.mitigated_on
    inner join own_marks on own_marks.trend_id = mitigated.trend_id
    left join marked on marked.mark = own_marks.mark and marked.posted_on = calendar.posted_on
    group by mitigated.trend_id, mitigated_on, calendar.posted_on
),

baselines as (
    -- a count of few has at least the spread of chance
    select trend_id, avg(1e0 * videos) as usual, greatest(1e0, coalesce(stddev_samp(1e0 * videos), 0e0), sqrt(avg(1e0 * videos))) as spread
    from trend_days
    where in_baseline
    group by trend_id
),

walks as (
    select trend_days.trend_id, mitigated_on, posted_on, videos, usual, spread, sum((videos - usual) / spread - :k)
        over (partition by trend_days.trend_id order by posted_on rows between unbounded preceding and current row) as walk
    from trend_days inner join baselines on baselines.trend_id = trend_days.trend_id
    where not in_baseline
),

cusums as (
    -- where the walk stands on the day, above its lowest point so far, or above 0
    select trend_id, mitigated_on, usual, spread, max(case when posted_on = :day then videos end) as videos,
        max(case when posted_on = :day then walk end) - least(0e0, min(walk)) as cusum
    from walks
    group by trend_id, mitigated_on, usual, spread
)

select
    cusums.trend_id, mitigated_on, marks, videos, usual, spread, cusum,
    case when cusum >= :h then least(100e0, 40e0 + 4e0 * (cusum - :h)) else 0e0 end as score
from cusums
inner join (select trend_id, string_agg(mark, ', ' order by mark) as marks from own_marks group by trend_id) as named
    on named.trend_id = cusums.trend_id
