-- ---
-- title: New advertiser spends in a burst
-- description: |
--   An advertiser younger than a week spends more in a day than nearly all young advertisers did in the four weeks
--   before. Stolen instruments and cloaked campaigns are used up before the first chargeback arrives.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: payment_abuse
-- techniques: [T1657]
-- grain: [advertiser_id]
-- columns:
--   advertiser_id: bigint
--   market: text
--   industry: text
--   verified: boolean
--   age_days: integer
--   ads: bigint
--   impressions: bigint
--   spend: double
--   cohort_days: bigint
--   cohort_p99: double
-- lookback: 29d
-- parameters: {young_days: 7, min_spend: 500.0, min_cohort_days: 30}
-- entities:
--   - {type: advertiser, column: advertiser_id, score: 35}
-- indicators:
--   bursting_advertisers:
--     value: count(*)
--     filter: spend >= :min_spend and spend > cohort_p99 and cohort_days >= :min_cohort_days
--     kind: count
--     unit: advertisers
--     breach: {above: 0}
--   young_spend:
--     value: sum(spend)
--     kind: count
--     unit: US dollars
--     breach: {above: 5000, change: {against: same_weekday, direction: up, by: 100%, min_count: 5000}}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [advertiser_id, market, industry, verified, age_days, ads, spend, cohort_p99]
--   order_by: spend desc
-- runbook: |
--   1. Sort by `spend`. `verified` false with `age_days` 0 or 1 is the classic case.
--   2. In `payments` of the last 7 days, count the advertiser's `instrument_hash` and declines; four cards or more also
--      show in monetization.card_testing.
--   3. In `ads` and `landing_page_scans` of the last 7 days, compare `landing_domain` with `final_domain` from both
--      vantages: different is cloaking.
--   4. In `advertisers`, look for the same `device_id`, `signup_ip24` or `tax_id_hash` among banned ones.
--   5. Two signs: hold billing and pause the ads. One: cap the daily spend at `cohort_p99` and verify within 24 hours.
-- blind_spots:
--   - fraud by old or bought accounts
--   - many young advertisers who each stay under the cohort's P99
-- false_positives:
--   - an agency's new client with a launch budget
--   - seasons (elections, sales days) that lift every young advertiser
-- related: [monetization.card_testing]
-- ---
with young_days_of_spend as (
    -- an advertiser's days count while it was young on that day, not only while it is young now
    select
        delivery.ds,
        delivery.advertiser_id,
        coalesce(advertisers.market, 'unknown') as market,
        coalesce(advertisers.industry, 'unknown') as industry,
        coalesce(advertisers.verified, false) as verified,
        extract(day from (cast(delivery.ds as timestamp) - cast(cast(advertisers.created_ts as date) as timestamp)))
            as age_days,
        delivery.ad_id, delivery.impressions, delivery.spend
    from ad_delivery_daily as delivery
    inner join advertisers on advertisers.advertiser_id = delivery.advertiser_id
    where delivery.ds <= :day
        and advertisers.created_ts < delivery.ds + interval '1 day'
        and advertisers.created_ts >= delivery.ds - (cast(:young_days as integer) - 1) * interval '1 day'
),

young_spenders as (
    select
        ds, advertiser_id, market, industry, verified, age_days,
        count(distinct ad_id) as ads, sum(impressions) as impressions, sum(spend) as spend
    from young_days_of_spend
    group by ds, advertiser_id, market, industry, verified, age_days
),

cohort as (
    select count(*) as cohort_days, percentile_cont(0.99) within group (order by spend) as cohort_p99
    from young_spenders
    where ds < :day and spend > 0
)

select
    advertiser_id,
    market,
    industry,
    verified,
    cast(age_days as integer) as age_days,
    ads,
    impressions,
    spend,
    cohort.cohort_days,
    coalesce(cohort.cohort_p99, 0) as cohort_p99
from young_spenders
cross join cohort
where ds = :day and spend > 0
