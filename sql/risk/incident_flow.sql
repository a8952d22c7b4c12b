-- ---
-- title: How incidents are found, stopped and kept closed
-- description: |
--   One row for each incident that was open in the last 28 days, as it was known at the end of the day: hours until it was
--   opened, hours until it was mitigated, whether our own detection found it, and whether it is an earlier trend again.
-- owner: risk_oncall
-- status: production
-- severity: medium
-- policy: exposure_to_harm
-- grain: [incident_id]
-- columns:
--   incident_id: text
--   market: text
--   team: text
--   severity: text
--   trend_id: text
--   detect_hours: double
--   mitigate_hours: double
--   open_hours: double
--   internal: integer
--   reopened: integer
--   score: double
-- lookback: 28d
-- parameters: {max_detect_hours: 24.0, max_mitigate_hours: 96.0, max_open_hours: 120.0, max_reopened: 0.2, min_internal: 0.25}
-- indicators:
--   time_to_detect:
--     value: percentile_cont(0.5) within group (order by detect_hours)
--     by: [team]
--     kind: duration
--     unit: hours from start to opened
--     breach: {above: max_detect_hours}
--   time_to_mitigate:
--     value: percentile_cont(0.5) within group (order by mitigate_hours)
--     filter: mitigate_hours is not null
--     by: [team]
--     kind: duration
--     unit: hours from opened to mitigated
--     breach: {above: max_mitigate_hours}
--   reopen_rate:
--     numerator: sum(reopened)
--     denominator: count(*)
--     kind: rate
--     unit: share of incidents
--     breach: {target: {at_most: max_reopened, min_n: 5}}
--   found_internally:
--     numerator: sum(internal)
--     denominator: count(*)
--     by: [team]
--     kind: rate
--     unit: share of incidents
--     breach: {target: {at_least: min_internal, min_n: 5}}
--   stuck:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: incidents
--     breach: {above: 0}
-- alert:
--   repeat_after: 7d
--   evidence: [incident_id, severity, team, market, detect_hours, mitigate_hours, open_hours, reopened, trend_id]
--   order_by: open_hours desc
-- runbook: |
--   1. stuck: for each row with `open_hours` over 120, ask the owner of `team` for the mitigation that is being tried and
--      when it will show; over 7 days the head of detection decides.
--   2. time_to_detect: list the rows with the most `detect_hours` and their `detected_by` in `incidents` of the last 28
--      days. Found by press or partners is a gap: name the detection that should have seen it, or write one.
--   3. time_to_mitigate: the rows with the most `mitigate_hours`; was it a rule, a queue or a launch (`root_cause`)?
--   4. reopen_rate: join `trend_id` to the earlier incident: how many days lie between its `mitigated_ts` and this one's
--      `started_ts`, and did platform_abuse.trend_rebound see it in between?
--   5. found_internally: fewer than a quarter in 28 days goes into the weekly report with the three largest misses.
-- blind_spots:
--   - an incident that nobody opened
--   - a reopening under a new trend_id
--   - started_ts is an estimate that people mend later; older runs do not know it
-- false_positives:
--   - an incident that is kept open for its report
-- related: [risk.harm_exposure]
-- ---
with known as (
    -- milestones that came after the day were not known on it; a row loaded twice is one incident
    select distinct
        incident_id, market, team, severity, trend_id, detected_by, started_ts, opened_ts,
        case when mitigated_ts < :day + interval '1 day' then mitigated_ts end as mitigated_ts,
        case when closed_ts < :day + interval '1 day' then closed_ts end as closed_ts
    from incidents
    where incident_id is not null and opened_ts < :day + interval '1 day'
),

recent as (
    select * from known
    where opened_ts >= :day - interval '27 days' or coalesce(mitigated_ts, closed_ts) is null
        or coalesce(mitigated_ts, closed_ts) >= :day - interval '27 days'
),

waits as (
    select
        recent.*, opened_ts - started_ts as until_opened, coalesce(mitigated_ts, closed_ts) - opened_ts as until_mitigated,
        :day + interval '1 day' - opened_ts as until_now,
        exists (
            select 1 from known as earlier
            where earlier.trend_id = recent.trend_id and earlier.incident_id <> recent.incident_id
                and coalesce(earlier.mitigated_ts, earlier.closed_ts) < recent.opened_ts
        ) as again
    from recent
),

hours as (
    select
        waits.*,
        1e0 * extract(day from until_opened) * 24 + extract(hour from until_opened) + 1e0 * extract(minute from until_opened) / 60 as detect_hours,
        1e0 * extract(day from until_mitigated) * 24 + extract(hour from until_mitigated) + 1e0 * extract(minute from until_mitigated) / 60 as mitigate_hours,
        case when coalesce(mitigated_ts, closed_ts) is null
            then 1e0 * extract(day from until_now) * 24 + extract(hour from until_now) + 1e0 * extract(minute from until_now) / 60 end as open_hours
    from waits
)

select
    incident_id, coalesce(market, 'unknown') as market, coalesce(team, 'unknown') as team, coalesce(severity, 'unknown') as severity,
    trend_id, detect_hours, mitigate_hours, open_hours,
    case when detected_by = 'detection' then 1 else 0 end as internal,
    case when again then 1 else 0 end as reopened,
    case when open_hours > :max_open_hours then least(100, 40 + (open_hours - :max_open_hours) / 4) else 0 end as score
from hours
