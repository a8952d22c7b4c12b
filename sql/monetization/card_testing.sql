-- ---
-- title: Card testing by an advertiser
-- description: |
--   One advertiser tries many cards, in a day or slowly over a week, and most of them are declined: stolen cards are tried
--   with small charges until some work. Cards from another country and many issuers (BINs) make it likelier.
-- owner: payments_oncall
-- status: production
-- severity: high
-- policy: payment_abuse
-- techniques: [T1657]
-- grain: [advertiser_id]
-- columns:
--   advertiser_id: bigint
--   market: text
--   age_days: integer
--   attempts: bigint
--   cards: bigint
--   bins: bigint
--   declined: bigint
--   declined_share: double
--   foreign_share: double
--   approved_amount: double
--   week_cards: bigint
--   week_declined_cards: bigint
--   week_declined_share: double
--   score: double
-- lookback: 7d
-- parameters: {min_cards: 4, min_declined_share: 0.5, min_week_declined_cards: 3, min_week_declined_share: 0.4, young_days: 7}
-- entities:
--   - {type: advertiser, column: advertiser_id, score: score}
-- indicators:
--   testers:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: advertisers
--     breach: {above: 0}
--   tested_cards:
--     value: sum(cards)
--     filter: score > 0
--     kind: count
--     unit: cards
--     breach: {above: 40}
--     severity: critical
--   decline_rate:
--     numerator: sum(declined)
--     denominator: sum(attempts)
--     kind: rate
--     unit: share of charges
--     breach: {target: {at_most: 0.25, min_n: 50}}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [advertiser_id, cards, declined_share, week_cards, week_declined_cards, foreign_share, approved_amount, bins, market, age_days, score]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score`. In `payments`, read that `advertiser_id`'s charges of the day in the order of `event_ts`: testing
--      is many `instrument_hash` within minutes, amounts that are equal or tiny. Where `cards` is small and `week_cards`
--      is not, it is done slowly: read the last 7 days.
--   2. Compare `bins` with `cards`: nearly as many issuers as cards is a bought list; one `bin` is a generated one.
--   3. `foreign_share` is the share of charges whose `card_country` is not the advertiser's market. High with a young
--      `age_days` (under 7) needs no more proof.
--   4. Block billing for the advertiser, refund `approved_amount` to the cards that worked, and give the payment
--      processor the list of `instrument_hash` of the day.
--   5. In `advertisers`, look for the same `device_id`, `signup_ip24` or `tax_id_hash`: testers come in batches.
-- blind_spots:
--   - one card per advertiser over hundreds of advertisers
--   - testing spread over more than a week, or with fewer than four cards
-- false_positives:
--   - agencies that pay for many clients with the clients' own cards
--   - a processor's outage that declines everybody (decline_rate then breaches too)
-- related: [platform_abuse.signup_burst]
-- ---
with charges as (
    -- a charge without a card cannot be card testing
    select ds, advertiser_id, instrument_hash, bin, card_country, amount, auth_result
    from payments
    where ds > :day - interval '7 days' and ds <= :day and advertiser_id is not null and instrument_hash is not null
),

charges_by_advertiser as (
    select
        charges.advertiser_id,
        coalesce(advertisers.market, 'unknown') as market,
        extract(day from (cast(:day as timestamp) - cast(cast(advertisers.created_ts as date) as timestamp)))
            as age_days,
        count(*) as attempts,
        count(distinct charges.instrument_hash) as cards,
        count(distinct charges.bin) as bins,
        count(*) filter (where charges.auth_result = 'declined') as declined,
        count(*) filter (where charges.card_country <> advertisers.market) as abroad,
        sum(case when charges.auth_result = 'approved' then charges.amount else 0 end) as approved_amount
    from charges
    left join advertisers on advertisers.advertiser_id = charges.advertiser_id
    where charges.ds = :day
    group by charges.advertiser_id, advertisers.market, advertisers.created_ts
),

charges_of_week as (
    select
        advertiser_id,
        count(distinct instrument_hash) as cards,
        count(distinct case when auth_result = 'declined' then instrument_hash end) as declined_cards,
        1e0 * count(*) filter (where auth_result = 'declined') / count(*) as declined_share
    from charges
    group by advertiser_id
)

select
    today.advertiser_id,
    today.market,
    cast(today.age_days as integer) as age_days,
    today.attempts,
    today.cards,
    today.bins,
    today.declined,
    1e0 * today.declined / today.attempts as declined_share,
    1e0 * today.abroad / today.attempts as foreign_share,
    today.approved_amount,
    week.cards as week_cards,
    week.declined_cards as week_declined_cards,
    week.declined_share as week_declined_share,
    case
        when today.cards >= :min_cards and 1e0 * today.declined / today.attempts >= :min_declined_share
            then least(95, 50 + 2 * today.cards + 20e0 * today.abroad / today.attempts + case when today.age_days < :young_days then 10 else 0 end)
        when week.cards >= :min_cards and week.declined_cards >= :min_week_declined_cards and week.declined_share >= :min_week_declined_share
            then least(90, 40 + 2 * week.cards + 10e0 * today.abroad / today.attempts + case when today.age_days < :young_days then 10 else 0 end)
        else 0
    end as score
from charges_by_advertiser as today
inner join charges_of_week as week on week.advertiser_id = today.advertiser_id
