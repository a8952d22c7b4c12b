-- ---
-- team: monetization
-- days: 14
-- twins: [agency_sharing]
-- ---
-- An advertiser is banned, and six days later the same people are back under another name.
-- Size: one new advertiser (times the platform's scale); easy: the same card, device and creative; medium: the card only; stealth: device and one creative, a new card and tax id.
create or replace temp table returners as
select t, seeded('returner', 100 * getvariable('turn') + t) as h, 910000 + 1000 * getvariable('turn') + 10 * t as banned_id,
    910001 + 1000 * getvariable('turn') + 10 * t as new_id
from range(getvariable('scale')) as numbers(t);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, banned_id as advertiser_id, at_second(getvariable('start') - 150, 40000) as created_ts, 'ES' as market,
    upper(made_up(h, 1)) || ' Media' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, false as verified, 'finance' as industry,
    '31.251.' || t as signup_ip24, 'dback' || lower(hex(h >> 20)) as device_id, 'banned' as status,
    at_second(getvariable('start') - 6, 50000) as status_ts
from returners
union all by name
select getvariable('scenario') as scenario_id, new_id as advertiser_id, at_second(getvariable('start'), 30000) as created_ts, 'ES' as market,
    upper(made_up(h, 4)) || ' Trading' as legal_name, lower(hex(hash(h, 'new tax'))) as tax_id_hash, false as verified, 'finance' as industry,
    '31.252.' || t as signup_ip24, case when getvariable('turn') = 1 then 'dnew' else 'dback' end || lower(hex(h >> 20)) as device_id,
    'suspended' as status, at_second(getvariable('stop') + 1, 20000) as status_ts
from returners;

insert into extra_ads by name
select getvariable('scenario') as scenario_id, ad_id(owner, i) as ad_id, owner as advertiser_id, owner * 10 as campaign_id,
    at_second(first, 32000) as created_ts, 'https://' || made_up(ah, 1) || made_up(ah, 4) || '.example.com/buy' as landing_url,
    made_up(ah, 1) || made_up(ah, 4) || '.example.com' as landing_domain,
    (hash(h, 'creative', case when i = 0 and getvariable('turn') <> 1 then 0 else owner + i end) >> 1)::bigint as creative_phash, 'finance' as vertical,
    case when owner = banned_id then 'rejected' else 'approved' end as review_decision, 'automod' as review_source,
    round(u(ah, 9), 4) as model_score, case when owner <> banned_id then at_second(first, 36000) end as approved_ts, 'ES' as market
from (
    select *, seeded('back ad', owner * 10 + i) as ah, case when owner = banned_id then getvariable('start') - 100 else getvariable('start') end as first
    from (select *, unnest([banned_id, new_id]) as owner, from returners), range(3) as own(i)
);

-- the banned one paid until its end, the new one pays every day
insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 10 * t + who) as payment_id, ds, at_second(ds, 36000 + 700 * t) as event_ts,
    case who when 0 then banned_id else new_id end as advertiser_id,
    'cback' || lower(hex(hash(h, case when who = 1 and getvariable('turn') = 2 then 'new' else 'old' end))) as instrument_hash,
    (430000 + (h % 900)::int + case when who = 1 and getvariable('turn') = 2 then 1 else 0 end)::varchar as bin,
    'ES' as card_country, round(20 + 60 * u(hash(h, day_number(ds)), 1), 2) as amount, 'USD' as currency, 'approved' as auth_result,
    at_second(ds, 36060 + 700 * t) as ingest_ts
from (select ds, 1 as who from scenario_days()
    union all select (getvariable('start') - back::int)::date, 0 from range(6, 15) as earlier(back) where getvariable('start') - back::int >= getvariable('first_day')), returners;

insert into truth_entities
select getvariable('scenario'), 'advertiser', new_id::varchar, getvariable('start'), getvariable('stop'), side() from returners;
