-- ---
-- title: New advertiser spends in a burst
-- description: |
--   An advertiser younger than a week spends more in a day than nearly all young advertisers did in the four weeks
--   before (than all advertisers, where fewer than min_cohort_days young days are known), and is unverified or pays with
--   foreign or declined cards. Stolen instruments and cloaked campaigns are used up before the first chargeback arrives.
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
--   all_p99: double
--   declined: bigint
--   foreign_charges: bigint
--   score: double
-- lookback: 29d
-- parameters: {young_days: 7, min_spend: 60.0, min_cohort_days: 100, min_declined: 2}
-- entities:
--   - {type: advertiser, column: advertiser_id, score: score}
-- indicators:
--   bursting_advertisers:
--     value: count(*)
--     filter: score >= 40
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
--   evidence: [advertiser_id, market, industry, verified, age_days, ads, spend, cohort_p99, all_p99, declined, foreign_charges, score]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score`. `verified` false with `age_days` 0 or 1 and `foreign_charges` is the classic case.
--   2. In `payments` of the last 7 days, count the advertiser's `instrument_hash` and declines; four cards or more also
--      show in monetization.card_testing.
--   3. In `ads` and `landing_page_scans` of the last 7 days, compare `landing_domain` with `final_domain` from both
--      vantages: different is cloaking.
--   4. In `advertisers`, look for the same `device_id`, `signup_ip24` or `tax_id_hash` among banned ones.
--   5. Two signs: hold billing and pause the ads. One: cap the daily spend at `cohort_p99` and verify within 24 hours.
-- blind_spots:
--   - fraud by old or bought accounts
--   - many young advertisers who each stay under the cohort's P99
--   - verified advertisers on cards of their own country that work (bought identities)
-- false_positives:
--   - an agency's new client with a launch budget
--   - seasons (elections, sales days) that lift every young advertiser
-- related: [monetization.card_testing, monetization.cloaking, monetization.banned_reentry]
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
),

everybody as (
    select percentile_cont(0.99) within group (order by spend) as all_p99
    from (
        select ds, advertiser_id, sum(spend) as spend from ad_delivery_daily where ds < :day group by ds, advertiser_id
    ) as spenders
    where spend > 0
),

charges as (
    select
        payments.advertiser_id,
        count(*) filter (where auth_result = 'declined') as declined,
        count(*) filter (where card_country <> advertisers.market) as abroad
    from payments
    inner join advertisers on advertisers.advertiser_id = payments.advertiser_id
    where payments.ds <= :day
    group by payments.advertiser_id
)

select
    young_spenders.advertiser_id,
    market,
    industry,
    verified,
    cast(age_days as integer) as age_days,
    ads,
    impressions,
    spend,
    cohort.cohort_days,
    coalesce(cohort.cohort_p99, 0) as cohort_p99,
    coalesce(everybody.all_p99, 0) as all_p99,
    coalesce(charges.declined, 0) as declined,
    coalesce(charges.abroad, 0) as foreign_charges,
    case
        when spend < :min_spend
            or spend <= case when cohort_days >= :min_cohort_days then cohort_p99 else all_p99 end
            or (verified and coalesce(declined, 0) < :min_declined and coalesce(abroad, 0) = 0) then 0
        else 30 + case when verified then 0 else 20 end
            + case when coalesce(declined, 0) >= :min_declined then 20 else 0 end
            + case when coalesce(abroad, 0) > 0 then 15 else 0 end
    end as score
from young_spenders
cross join cohort
cross join everybody
left join charges on charges.advertiser_id = young_spenders.advertiser_id
where ds = :day and spend > 0
