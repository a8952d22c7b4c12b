-- ---
-- title: Banned advertiser is back under another name
-- description: |
--   An advertiser that signed up about when another was banned, or after, pays with its card, has its tax id, or shares
--   two of device and creative with it. What honest old advertisers share too (an agency's card, a template) is no link.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: scams_and_fraud
-- techniques: ["F3:T1585", T1657]
-- grain: [advertiser_id]
-- columns:
--   advertiser_id: bigint
--   market: text
--   verified: boolean
--   age_days: integer
--   banned_id: bigint
--   banned_days: integer
--   strong_links: bigint
--   weak_links: bigint
--   shares: text
--   score: double
-- lookback: 28d
-- parameters: {young_days: 60, sleeper_days: 7, max_honest: 2, min_weak: 2}
-- entities:
--   - {type: advertiser, column: advertiser_id, score: score}
-- indicators:
--   returned_advertisers:
--     value: count(*)
--     filter: score >= 40
--     kind: count
--     unit: advertisers
--     breach: {above: 0}
--   linked_advertisers:
--     value: count(*)
--     kind: count
--     unit: advertisers
-- alert:
--   repeat_after: 7d
--   evidence: [advertiser_id, market, verified, age_days, banned_id, banned_days, shares, strong_links, weak_links, score]
--   order_by: score desc
-- runbook: |
--   1. Take the highest `score`. `shares` names what it has in common with `banned_id`: card and tax_id are strong,
--      device and creative weak. `banned_days` and `age_days` tell how soon after the ban it signed up.
--   2. In `payments` of the last 28 days, compare `instrument_hash`, `bin` and `card_country` of both advertisers.
--   3. In `advertisers`, compare `legal_name`, `signup_ip24`, `device_id` and `agency_id` of both; one `agency_id` and a
--      clean file may be an agency with two clients: ask the agency before anything else.
--   4. In `ads`, open the shared `creative_phash` and the new `landing_domain`, and look at monetization.cloaking for
--      the new ads of the last 7 days.
--   5. The same people: ban the new advertiser with the old one's reason, add its device and card to the block list, and
--      look for others with the same `device_id`. Unsure: require verification before the next charge.
-- blind_spots:
--   - returners with a new card, device, tax id and new creatives
--   - creatives that are cropped or mirrored; only the same phash counts
--   - returners who hide behind an agency whose card three honest clients share
--   - cards last used by the banned one more than 28 days ago
-- false_positives:
--   - a small agency or a shared office with fewer than three old clients, one of them banned
--   - a firm that was banned by mistake and signed up again while it waited
-- related: [monetization.card_testing, monetization.new_advertiser_burst]
-- ---
with known_advertisers as (
    -- status is as of now: who was banned later was not banned yet on the day
    select
        advertiser_id, created_ts, market, verified, tax_id_hash, device_id, status_ts,
        coalesce(status = 'banned' and status_ts < :day + interval '1 day', false) as banned,
        coalesce(status = 'suspended' and status_ts < :day + interval '1 day', false) as suspended
    from advertisers
    where created_ts < :day + interval '1 day'
),

traits as (
    -- what an advertiser may have in common with another; a set, so that paying twice is no second link
    select advertiser_id, 'card' as kind, instrument_hash as trait from payments where ds <= :day
    union
    select advertiser_id, 'tax_id' as kind, tax_id_hash as trait from known_advertisers
    union
    select advertiser_id, 'device' as kind, device_id as trait from known_advertisers
    union
    select advertiser_id, 'creative' as kind, cast(creative_phash as varchar(40)) as trait from ads where created_ts < :day + interval '1 day'
),

banned_traits as (
    select traits.kind, traits.trait, banned.advertiser_id as banned_id, banned.status_ts as banned_ts
    from traits
    inner join known_advertisers as banned on banned.advertiser_id = traits.advertiser_id
    where banned.banned
),

public_traits as (
    -- what honest advertisers from before the ban have too; this also keeps the join below small
    select banned_traits.kind, banned_traits.trait
    from banned_traits
    inner join traits on traits.kind = banned_traits.kind and traits.trait = banned_traits.trait
    inner join known_advertisers as other on other.advertiser_id = traits.advertiser_id
    where not other.banned and not other.suspended
        and other.created_ts < banned_traits.banned_ts - cast(:sleeper_days as integer) * interval '1 day'
    group by banned_traits.kind, banned_traits.trait
    having count(distinct other.advertiser_id) > :max_honest
),

links as (
    select newcomer.advertiser_id, banned_traits.banned_id, banned_traits.banned_ts, traits.kind
    from banned_traits
    inner join traits on traits.kind = banned_traits.kind and traits.trait = banned_traits.trait
    inner join known_advertisers as newcomer on newcomer.advertiser_id = traits.advertiser_id
    where not newcomer.banned and not newcomer.suspended
        and newcomer.created_ts >= :day - cast(:young_days as integer) * interval '1 day'
        and newcomer.created_ts >= banned_traits.banned_ts - cast(:sleeper_days as integer) * interval '1 day'
        and not exists (
            select 1 from public_traits
            where public_traits.kind = banned_traits.kind and public_traits.trait = banned_traits.trait
        )
),

linked_pairs as (
    -- the id of the banned one breaks ties, so that running the day again names the same pair
    select
        advertiser_id, banned_id, banned_ts, string_agg(kind, ' ' order by kind) as shares,
        count(*) filter (where kind in ('card', 'tax_id')) as strong_links,
        count(*) filter (where kind in ('device', 'creative')) as weak_links,
        row_number() over (
            partition by advertiser_id
            order by count(*) filter (where kind in ('card', 'tax_id')) desc, count(*) desc, banned_id
        ) as place
    from (select distinct advertiser_id, banned_id, banned_ts, kind from links) as kinds
    group by advertiser_id, banned_id, banned_ts
)

select
    linked_pairs.advertiser_id, coalesce(newcomer.market, 'unknown') as market, coalesce(newcomer.verified, false) as verified,
    cast(extract(day from (:day + interval '1 day' - newcomer.created_ts)) as integer) as age_days, banned_id,
    cast(extract(day from (:day + interval '1 day' - banned_ts)) as integer) as banned_days,
    strong_links, weak_links, shares,
    case
        when strong_links >= 1 then least(99, 60 + 15 * (strong_links - 1) + 10 * weak_links)
        when weak_links >= :min_weak then 50
        else 0 end as score
from linked_pairs
inner join known_advertisers as newcomer on newcomer.advertiser_id = linked_pairs.advertiser_id
where place = 1
