-- ---
-- title: Card testing by an advertiser
-- description: |
--   One advertiser tries many cards in a day and most of them are declined: stolen cards are tried with small charges
--   until some work. Cards from another country and many issuers (BINs) make it likelier.
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
-- lookback: 1d
-- parameters: {min_cards: 4, min_declined_share: 0.5}
-- entities:
--   - {type: advertiser, column: advertiser_id, score: 60}
-- indicators:
--   testers:
--     value: count(*)
--     filter: cards >= :min_cards and declined_share >= :min_declined_share
--     kind: count
--     unit: advertisers
--     breach: {above: 0}
--   tested_cards:
--     value: sum(cards)
--     filter: cards >= :min_cards and declined_share >= :min_declined_share
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
--   evidence: [advertiser_id, cards, declined_share, foreign_share, approved_amount, bins, attempts, market, age_days]
--   order_by: cards desc
-- runbook: |
--   1. Sort the worst rows by `cards`. In `payments`, read that `advertiser_id`'s charges of the day in the order of
--      `event_ts`: testing is many `instrument_hash` within minutes, amounts that are equal or tiny.
--   2. Compare `bins` with `cards`: nearly as many issuers as cards is a bought list; one `bin` is a generated one.
--   3. `foreign_share` is the share of charges whose `card_country` is not the advertiser's market. High with a young
--      `age_days` (under 7) needs no more proof.
--   4. Block billing for the advertiser, refund `approved_amount` to the cards that worked, and give the payment
--      processor the list of `instrument_hash` of the day.
--   5. In `advertisers`, look for the same `device_id`, `signup_ip24` or `tax_id_hash`: testers come in batches.
-- blind_spots:
--   - one card per advertiser over hundreds of advertisers
--   - testing spread over several days below min_cards
-- false_positives:
--   - agencies that pay for many clients with the clients' own cards
--   - a processor's outage that declines everybody (decline_rate then breaches too)
-- related: [platform_abuse.signup_burst]
-- ---
with charges as (
    -- a charge without a card cannot be card testing
    select advertiser_id, instrument_hash, bin, card_country, amount, auth_result
    from payments
    where ds = :day and advertiser_id is not null and instrument_hash is not null
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
    group by charges.advertiser_id, advertisers.market, advertisers.created_ts
)

select
    advertiser_id,
    market,
    cast(age_days as integer) as age_days,
    attempts,
    cards,
    bins,
    declined,
    1e0 * declined / attempts as declined_share,
    1e0 * abroad / attempts as foreign_share,
    approved_amount
from charges_by_advertiser
