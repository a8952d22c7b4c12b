-- ---
-- title: Entities at risk by many weak signals
-- description: |
--   Per account, device, network, advertiser and the like, the points of all detections over 30 days: decayed by age,
--   at most twice its strongest finding for each detection, without what people closed as false. One that crosses the
--   level by several weak signals, none of which would have woken anybody, is paged. Staff are never in it.
-- owner: risk_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["F3:T1585", "F3:T1586"]
-- grain: [entity_type, entity_id]
-- columns:
--   entity_type: text
--   entity_id: text
--   risk: double
--   risk_before: double
--   detections: bigint
--   findings: bigint
--   strongest: double
--   contributing: text
--   first_found: date
--   last_found: date
--   score: double
-- lookback: 30d
-- parameters: {half_life_days: 10.0, level: 50.0, strong: 40.0, min_detections: 2, quiet_days: 30, min_risk: 5.0}
-- optional_upstreams:
--   - signup_burst
--   - device_farm
--   - dormant_wakeup
--   - lockstep
--   - velocity
--   - co_share
--   - comment_copypaste
--   - comment_paraphrase
--   - comment_promotion
--   - thin_engagers
--   - banned_reentry
--   - card_testing
--   - new_advertiser_burst
--   - click_fraud
--   - cloaking
-- entities:
--   - {type: entity, type_from: entity_type, column: entity_id, score: score}
-- indicators:
--   crossed_by_weak_signals:
--     value: count(*)
--     filter: score > 0 and risk_before < :level
--     kind: count
--     unit: entities
--     breach: {above: 0}
--   entities_over_level:
--     value: count(*)
--     filter: risk >= :level
--     kind: count
--     unit: entities
--     by: [entity_type]
-- alert:
--   repeat_after: 7d
--   evidence: [entity_type, entity_id, risk, detections, contributing, strongest, findings, first_found]
--   order_by: score desc
-- runbook: |
--   1. `contributing` names the detections in the order of what they add. Open each one's table for `entity_id` from
--      `first_found` to `last_found`: do they tell one story, or the same rows in other words?
--   2. `strongest` is the highest single finding: none reached what pages by itself, so judge them together.
--   3. An account: compare `handle`, `signup_ip24` and `signup_device_id` in `accounts` with other entities below.
--      An advertiser: look at `payments` and `ads` of the 30 days. A device or network: list its accounts.
--   4. Abuse: act on the entity and open a trend. Not abuse: `daywatch verdict DETECTION TYPE:ID --outcome
--      false_positive_logic --reason ...` for each wrong detection; it leaves this table for 30 days.
-- blind_spots:
--   - links between entities; an account and its device are added up apart
--   - detections that were not published by this run's deadline (the run says which)
--   - two detections that see the same rows count twice
-- false_positives:
--   - heavy, honest users who touch several thresholds
-- references:
--   - "Splunk Risk-Based Alerting: risk scores summed per entity over detections"
-- related: [platform_abuse.device_farm, monetization.card_testing]
-- ---
with findings as (
    select day, 'signup_burst' as detection, entity_type as entity_type, cluster_key as entity_id, score from risk.signup_burst
    union all select day, 'device_farm', 'device', device_id, score from risk.device_farm
    union all select day, 'dormant_wakeup', 'account', cast(account_id as varchar(40)), score from risk.dormant_wakeup
    union all select day, 'lockstep', 'account', cast(account_id as varchar(40)), score from risk.lockstep
    union all select day, 'velocity', 'account', cast(account_id as varchar(40)), score from risk.velocity
    union all select day, 'co_share', 'account', cast(account_id as varchar(40)), score from risk.co_share
    union all select day, 'co_share', 'account', cast(partner_id as varchar(40)), score from risk.co_share
    union all select day, 'comment_copypaste', 'account', account_key, score from risk.comment_copypaste
    union all select day, 'comment_paraphrase', 'account', account_key, score from risk.comment_paraphrase
    union all select day, 'comment_promotion', 'account', account_key, score from risk.comment_promotion
    union all select day, 'thin_engagers', target_type, cast(target_id as varchar(40)), score from risk.thin_engagers
    union all select day, 'banned_reentry', 'advertiser', cast(advertiser_id as varchar(40)), score from risk.banned_reentry
    union all select day, 'card_testing', 'advertiser', cast(advertiser_id as varchar(40)), score from risk.card_testing
    union all select day, 'new_advertiser_burst', 'advertiser', cast(advertiser_id as varchar(40)), score from risk.new_advertiser_burst
    union all select day, 'click_fraud', 'ad', cast(ad_id as varchar(40)), score from risk.click_fraud
    union all select day, 'click_fraud', 'ip', ip24, score from risk.click_fraud
    union all select day, 'cloaking', 'ad', cast(ad_id as varchar(40)), score from risk.cloaking
),

false_before as (
    -- what people closed as false stays out for a while, for the detection that was wrong
    select detection, entity_type, entity_id, max(ds) as closed_on
    from entity_verdicts
    where outcome in ('false_positive_logic', 'false_positive_data')
    group by detection, entity_type, entity_id
),

findings_that_stand as (
    select
        findings.detection, findings.entity_type, findings.entity_id, findings.score, findings.day,
        1e0 * extract(day from (cast(:day as timestamp) - cast(findings.day as timestamp))) as age_days
    from findings
    left join false_before
        on false_before.detection = findings.detection
        and false_before.entity_type = findings.entity_type
        and false_before.entity_id = findings.entity_id
    where findings.score > 0 and findings.entity_id is not null
        and (false_before.closed_on is null
            or findings.day > false_before.closed_on + cast(:quiet_days as integer) * interval '1 day')
),

decayed_by_detection as (
    -- however long it goes on, one detection counts at most twice its strongest finding
    select
        detection, entity_type, entity_id, max(score) as strongest, count(*) as findings,
        min(day) as first_found, max(day) as last_found,
        least(sum(score * pow(0.5e0, age_days / :half_life_days)), 2 * max(score)) as points,
        least(
            sum(case when age_days > 0 then score * pow(0.5e0, (age_days - 1) / :half_life_days) else 0 end),
            2 * coalesce(max(case when age_days > 0 then score end), 0)
        ) as points_before
    from findings_that_stand
    group by detection, entity_type, entity_id
)

select
    entity_type, entity_id,
    sum(points) as risk,
    sum(points_before) as risk_before,
    count(*) as detections,
    sum(findings) as findings,
    max(strongest) as strongest,
    string_agg(detection, ', ' order by points desc nulls last, detection) as contributing,
    min(first_found) as first_found,
    max(last_found) as last_found,
    case
        when sum(points) >= :level and count(*) >= :min_detections and max(strongest) < :strong
            then least(100, sum(points))
        else 0
    end as score
from decayed_by_detection
group by entity_type, entity_id
having sum(points) >= :min_risk
