-- ---
-- team: monetization
-- days: 6
-- benign: true
-- ---
-- A known agency's new client starts with a launch budget, verified and on a card of its own country that works.
-- Size: one advertiser (times the platform's scale) of its first week, 160 dollars a day on two ads. Benign.
create or replace temp table launchers as
select t, 940000 + 1000 * getvariable('turn') + t as advertiser_id, seeded('launcher', 100 * getvariable('turn') + t) as h,
    ['DE', 'US', 'JP'][1 + getvariable('turn')] as market
from range(getvariable('scale')) as numbers(t);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, advertiser_id, at_second(getvariable('start') - 1, 35000) as created_ts, market,
    upper(made_up(h, 1)) || ' SA' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, true as verified, 'travel' as industry, 905 as agency_id,
    '31.255.' || (10 * getvariable('turn') + t) as signup_ip24, 'dlaunch' || lower(hex(h >> 20)) as device_id, 'active' as status,
    at_second(getvariable('start') - 1, 35000) as status_ts
from launchers;

insert into extra_ads by name
select getvariable('scenario') as scenario_id, ad_id(advertiser_id, i) as ad_id, advertiser_id, advertiser_id * 10 as campaign_id,
    at_second(getvariable('start') - 1, 36000) as created_ts, 'https://' || made_up(h, 6) || '.example.com/new' as landing_url, made_up(h, 6) || '.example.com' as landing_domain,
    (hash(h, 'creative', i) >> 1)::bigint as creative_phash, 'travel' as vertical, 'approved' as review_decision, 'human_review' as review_source,
    0.05 as model_score, at_second(getvariable('start') - 1, 37000) as approved_ts, market
from launchers, range(2) as own(i);

insert into extra_ad_delivery_daily by name
select getvariable('scenario') as scenario_id, ds, ad_id(advertiser_id, i) as ad_id, advertiser_id, market, 'profile' as placement,
    (90 * spend / 2)::bigint as impressions, (spend / 2)::bigint as clicks, (spend / 2 * 0.03)::bigint as conversions, round(spend, 2) as spend,
    0 as hides, 0 as reports, (spend / 2 * 0.12)::bigint as impr_on_violative
from (select *, 80 * (0.8 + 0.4 * u(hash(h, day_number(ds), i), 1)) as spend from scenario_days(), launchers, range(2) as own(i));

insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 10 * t) as payment_id, ds, at_second(ds, 40000) as event_ts, advertiser_id,
    'claunch' || lower(hex(hash(h))) as instrument_hash, (470000 + (hash(h) % 900)::int)::varchar as bin, market as card_country,
    160.0 as amount, 'USD' as currency, 'approved' as auth_result, at_second(ds, 40030) as ingest_ts
from scenario_days(), launchers;

insert into truth_entities
select getvariable('scenario'), 'advertiser', advertiser_id::varchar, getvariable('start'), getvariable('stop'), side() from launchers;
