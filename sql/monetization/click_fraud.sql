-- ---
-- title: One network clicks an ad and does not stay
-- description: |
--   Far more clicks on one ad from one /24 than that network's usual share of clicks explains, and more of them left
--   within a second than anywhere else. Both must be unlikely over all the day's pairs of ad and network (q < .05).
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: payment_abuse
-- techniques: ["F3:T1585", T1657]
-- grain: [ad_id, ip24]
-- columns:
--   ad_id: bigint
--   ip24: text
--   asn: integer
--   clicks: bigint
--   ad_clicks: bigint
--   expected_clicks: double
--   devices: bigint
--   accounts: bigint
--   conversions: bigint
--   judged_clicks: bigint
--   short_clicks: bigint
--   usual_short_share: double
--   p_clicks: double
--   q_clicks: double
--   p_short: double
--   q_short: double
--   points: double
--   concentrated: double
--   score: double
-- lookback: 15d
-- parameters: {min_clicks: 5, short_ms: 1000, floor_clicks: 0.5, floor_short_share: 0.005, max_q: 0.05}
-- score:
--   - {test: poisson_tail, columns: {observed: clicks, expected: expected_clicks}, output: {p_value: p_clicks}}
--   - {test: q_values, columns: {p_value: p_clicks}, output: {q_value: q_clicks}}
--   - {test: binomial_tail, columns: {successes: short_clicks, trials: judged_clicks, expected_rate: usual_short_share}, output: {p_value: p_short}}
--   - {test: q_values, columns: {p_value: p_short}, output: {q_value: q_short}}
--   - {test: points_below, columns: {value: q_clicks, points: points}, output: {score: concentrated}, limits: {limit: max_q}}
--   - {test: points_below, columns: {value: q_short, points: concentrated}, output: {score: score}, limits: {limit: max_q}}
-- entities:
--   - {type: ad, column: ad_id, score: score}
--   - {type: ip, column: ip24, score: score}
-- indicators:
--   clicking_networks:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: networks on an ad
--     breach: {above: 0}
--   clicked_away:
--     value: sum(clicks)
--     filter: score > 0
--     kind: count
--     unit: clicks
--     breach: {above: 2000}
--     severity: critical
--   conversion_rate:
--     numerator: sum(conversions)
--     denominator: sum(clicks)
--     kind: rate
--     unit: share of clicks
-- alert:
--   repeat_after: 7d
--   evidence: [ad_id, ip24, asn, clicks, expected_clicks, devices, short_clicks, conversions, q_clicks, q_short, score]
--   order_by: score desc
-- runbook: |
--   1. Take the `ad_id` with the most `clicks` in rows with a `score`. `clicks` stands against `expected_clicks`, its
--      share of the ad's clicks by what the network sent in the 14 days before.
--   2. In `ad_clicks` of the day for that `ad_id` and `ip24`, read `dwell_ms` and `event_ts`: a machine has narrow dwell
--      and clicks through the night. `devices` far below `clicks` is one machine; many devices with one `asn` are a farm.
--   3. Look the same `ip24` up in `ad_clicks` of the last 14 days: clicks on many advertisers' ads are a publisher's own,
--      clicks on one advertiser's are a competitor's.
--   4. In `ad_delivery_daily`, compare the ad's `spend` of the day with its last 7 days: the loss to refund.
--   5. Farm: refund the clicks, block the /24 and the devices for ads for 30 days, tell the advertiser. Real people (they
--      stay, or `conversions` is not 0): add an exception for the network with an end date.
-- blind_spots:
--   - farms that wait on the page as long as people do
--   - farms spread over networks with fewer than min_clicks clicks on the ad
--   - clicks without a dwell time are not judged; an app that sends none hides all
-- false_positives:
--   - a landing page that fails for one provider (people leave at once)
--   - prefetching browsers of one company network
-- related: [monetization.card_testing]
-- ---
with clicks as (
    -- a click that was loaded twice is one, whatever ids it got
    select distinct ds, event_ts, ad_id, ip24, asn, device_id, account_id, dwell_ms, converted
    from ad_clicks
    where ds <= :day and ad_id is not null and ip24 is not null
),

usual_networks as (
    select ip24, count(*) as clicks from clicks where ds < :day group by ip24
),

usual_clicks as (
    select
        count(*) as clicks,
        1e0 * count(*) filter (where dwell_ms < :short_ms) / nullif(count(dwell_ms), 0) as short_share
    from clicks
    where ds < :day
),

ads_today as (
    select ad_id, count(*) as clicks from clicks where ds = :day group by ad_id
),

pairs_today as (
    select
        ad_id, ip24, min(asn) as asn, count(*) as clicks, count(distinct device_id) as devices,
        count(distinct account_id) as accounts, count(*) filter (where converted) as conversions,
        count(dwell_ms) as timed_clicks, count(*) filter (where dwell_ms < :short_ms) as short_clicks
    from clicks
    where ds = :day
    group by ad_id, ip24
)

select
    pairs_today.ad_id,
    pairs_today.ip24,
    pairs_today.asn,
    pairs_today.clicks,
    ads_today.clicks as ad_clicks,
    -- a network never seen before still has people who may click twice
    greatest(
        :floor_clicks,
        1e0 * ads_today.clicks * coalesce(usual_networks.clicks, 0) / greatest(usual_clicks.clicks, 1)
    ) as expected_clicks,
    devices,
    accounts,
    conversions,
    -- few clicks prove nothing about dwell, and leaving them out keeps the number of tests small
    case when pairs_today.clicks >= :min_clicks then timed_clicks end as judged_clicks,
    short_clicks,
    greatest(:floor_short_share, coalesce(usual_clicks.short_share, 0)) as usual_short_share,
    least(
        95,
        45 + 2 * short_clicks
        + case when conversions = 0 then 10 else 0 end
        + case when pairs_today.clicks >= 2 * devices then 15 else 0 end
    ) as points
from pairs_today
inner join ads_today on ads_today.ad_id = pairs_today.ad_id
cross join usual_clicks
left join usual_networks on usual_networks.ip24 = pairs_today.ip24
