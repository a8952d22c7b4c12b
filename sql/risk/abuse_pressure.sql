-- ---
-- title: Abuse pressure across signals
-- description: |
--   The day's hits of the platform-abuse detections side by side, each against its own median day of the four weeks
--   before. Several signals up together is one campaign seen from several sides.
-- owner: risk_oncall
-- status: experimental
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["DISARM:T0049"]
-- grain: [signal]
-- columns:
--   signal: text
--   hits: bigint
--   usual: double
--   days_seen: bigint
--   ratio: double
-- lookback: 29d
-- parameters: {min_hits: 5, min_ratio: 2.0, min_days: 7}
-- optional_upstreams: [signup_burst, comment_copypaste, device_farm]
-- indicators:
--   raised_signals:
--     value: count(*)
--     filter: hits >= :min_hits and ratio >= :min_ratio and days_seen >= :min_days
--     kind: count
--     unit: signals
--     breach: {above: 1}
--     persistence: {days: 2, of: 3}
-- alert:
--   evidence: [signal, hits, usual, ratio, days_seen]
--   order_by: ratio desc
-- runbook: |
--   1. Read which `signal` is raised and open that detection's own alert of the same day: it names the entities.
--   2. `days_seen` under 7 means a young history; then trust `hits` and not `ratio`.
--   3. Sign-ups and devices up together: look for the new accounts in `comments` and `engagements` of the next 3 days.
--      Copies up alone: a wave by old or bought accounts.
--   4. One campaign: open one trend, and link the detections' alerts to it. Unrelated: close with a line for each.
-- blind_spots:
--   - a campaign that shows in one signal only
--   - days without a row of a signal are not in its median, so rare signals look more usual than they are
--   - a signal whose detection was held back counts as no hits that day
-- false_positives:
--   - a product launch that brings sign-ups and comments
-- related: [platform_abuse.signup_burst, platform_abuse.comment_copypaste, platform_abuse.device_farm]
-- ---
with signal_days as (
    -- hits are what each detection itself calls a finding; every row of a quiet day makes it a day with 0
    select 'sign-up bursts' as signal, day, count(distinct case when score > 0 then cluster_key end) as hits
    from risk.signup_burst
    where day <= :day
    group by day
    union all
    select 'device farms' as signal, day, count(distinct case when score > 0 then device_id end) as hits
    from risk.device_farm
    where day <= :day
    group by day
    union all
    select 'copied texts' as signal, day, count(distinct case when score > 0 then cluster_key end) as hits
    from risk.comment_copypaste
    where day <= :day
    group by day
),

signals as (
    -- named here, so that a signal without a row today is told as 0
    select 'sign-up bursts' as signal
    union all select 'device farms' as signal
    union all select 'copied texts' as signal
),

hits_today as (
    select signal, hits from signal_days where day = :day
),

usual_hits as (
    select
        signal,
        percentile_cont(0.5) within group (order by hits) as usual,
        count(*) as days_seen
    from signal_days
    where day < :day
    group by signal
)

select
    signals.signal,
    coalesce(hits_today.hits, 0) as hits,
    coalesce(usual_hits.usual, 0) as usual,
    coalesce(usual_hits.days_seen, 0) as days_seen,
    -- one is added on both sides, so that quiet signals have a ratio too
    (1e0 + coalesce(hits_today.hits, 0)) / (1e0 + coalesce(usual_hits.usual, 0)) as ratio
from signals
left join hits_today on hits_today.signal = signals.signal
left join usual_hits on usual_hits.signal = signals.signal
