-- ---
-- title: Ads of a vertical run beside violative content
-- description: |
--   The share of a vertical's impressions beside violative content against its own four weeks, on a Laney p' chart: the
--   control limit is widened by how much the days really differ, which for millions of impressions is far over binomial.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [vertical]
-- columns:
--   vertical: text
--   ads: bigint
--   impressions: bigint
--   on_violative: bigint
--   share: double
--   days: bigint
--   centre: double
--   sigma_z: double
--   z: double
--   limit_high: double
--   worst_ad_id: bigint
--   worst_ad_on_violative: bigint
--   spend_on_violative: double
--   score: double
-- lookback: 29d
-- parameters: {min_days: 10, limit_z: 3.0, min_ratio: 1.5}
-- indicators:
--   unsafe_verticals:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: verticals
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   on_violative_share:
--     numerator: sum(on_violative)
--     denominator: sum(impressions)
--     by: [vertical]
--     kind: rate
--     unit: share of impressions
--   spend_on_violative:
--     value: sum(spend_on_violative)
--     kind: value
--     unit: US dollars
-- alert:
--   repeat_after: 7d
--   evidence: [vertical, share, centre, limit_high, z, impressions, on_violative, worst_ad_id, worst_ad_on_violative, spend_on_violative]
--   order_by: z desc
-- runbook: |
--   1. Take the vertical with the highest `z`: `share` stands over `limit_high`, its own chart's limit; `centre` is the
--      median of its `days` before.
--   2. `worst_ad_on_violative` of `on_violative`: most on one `worst_ad_id` is one ad's targeting, spread out is the
--      placement. In `ad_delivery_daily` of the last 7 days, split `impr_on_violative` by `placement` and `market`.
--   3. Look at risk.violative_view_rate for the same days: if all views got worse, the feed did and not the ads.
--   4. In `policy_changes` of the last 3 days, look for launches of surfaces or placements.
--   5. Placement: switch the vertical to the strict inventory in that market and tell the sales desk, who must offer
--      `spend_on_violative` back. One ad: narrow its targeting.
-- blind_spots:
--   - verticals with fewer than ten days of history
--   - a slow rise, which moves the centre with it
--   - what nobody has labelled violative yet
-- false_positives:
--   - one large campaign that starts or ends and changes the vertical's mix of placements
--   - a stricter policy that makes more of the same content violative
-- references:
--   - "Laney 2002: Improved Control Charts for Attributes, Quality Engineering 14(4)"
-- related: [risk.violative_view_rate]
-- ---
with ad_days as (
    select
        delivery.ds, coalesce(ads.vertical, 'unknown') as vertical, delivery.ad_id, sum(delivery.impressions) as impressions,
        coalesce(sum(delivery.impr_on_violative), 0) as on_violative, coalesce(sum(delivery.spend), 0) as spend
    from ad_delivery_daily as delivery
    left join ads on ads.ad_id = delivery.ad_id
    where delivery.ds <= :day and delivery.ad_id is not null and delivery.impressions > 0
    group by delivery.ds, coalesce(ads.vertical, 'unknown'), delivery.ad_id
),

vertical_days as (
    select
        ds, vertical, count(*) as ads, sum(impressions) as impressions, sum(on_violative) as on_violative,
        1e0 * sum(on_violative) / sum(impressions) as share,
        sum(1e0 * spend * on_violative / impressions) as spend_on_violative
    from ad_days
    group by ds, vertical
),

centres as (
    -- the median, so that an earlier incident inside the lookback does not move it
    select vertical, count(*) as days, percentile_cont(0.5) within group (order by share) as centre
    from vertical_days
    where ds < :day
    group by vertical
),

standardised as (
    select
        day.ds, day.vertical,
        (day.share - centres.centre) / sqrt(centres.centre * (1 - centres.centre) / day.impressions) as z
    from vertical_days as day
    inner join centres on centres.vertical = day.vertical
    where centres.centre > 0 and centres.centre < 1
),

moves as (
    select vertical, abs(z - lag(z) over (partition by vertical order by ds)) as moving_range
    from standardised
    where ds < :day
),

spreads as (
    -- Laney's sigma of z from the moving ranges; .954 is to their median what 1.128 is to their mean
    select vertical, greatest(1e0, percentile_cont(0.5) within group (order by moving_range) / 0.954e0) as sigma_z
    from moves
    group by vertical
),

worst_ads as (
    select vertical, ad_id, on_violative, row_number() over (partition by vertical order by on_violative desc nulls last, ad_id) as place
    from ad_days
    where ds = :day
)

select
    today.vertical, today.ads, today.impressions, today.on_violative, today.share, coalesce(centres.days, 0) as days,
    centres.centre, spreads.sigma_z, standardised.z / spreads.sigma_z as z,
    centres.centre + :limit_z * spreads.sigma_z * sqrt(centres.centre * (1 - centres.centre) / today.impressions) as limit_high,
    worst_ads.ad_id as worst_ad_id, worst_ads.on_violative as worst_ad_on_violative, today.spend_on_violative,
    case
        when centres.days >= :min_days and standardised.z / spreads.sigma_z > :limit_z and today.share >= :min_ratio * centres.centre
            then least(95, 40 + 10 * (standardised.z / spreads.sigma_z - :limit_z))
        else 0
    end as score
from vertical_days as today
left join centres on centres.vertical = today.vertical
left join spreads on spreads.vertical = today.vertical
left join standardised on standardised.vertical = today.vertical and standardised.ds = :day
left join worst_ads on worst_ads.vertical = today.vertical and worst_ads.place = 1
where today.ds = :day
