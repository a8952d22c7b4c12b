-- ---
-- team: monetization
-- days: 4
-- twins: [launch_budget]
-- ---
-- A new advertiser spends on stolen cards as fast as it can, until the chargebacks come.
-- Size: one advertiser (times the platform's scale) of its first four days, two foreign cards, a third of the charges declined; 300 dollars a day, medium 180, stealth 105; an ordinary advertiser spends 14, one in a hundred 55.
create or replace temp table spenders as
select t, 930000 + 1000 * getvariable('turn') + t as advertiser_id, seeded('spender', 100 * getvariable('turn') + t) as h,
    ['MX', 'BR', 'US'][1 + getvariable('turn')] as market
from range(getvariable('scale')) as numbers(t);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, advertiser_id, at_second(getvariable('start') - 1, 50000) as created_ts, market,
    upper(made_up(h, 1)) || ' Inc' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, false as verified, 'beauty' as industry,
    '31.254.' || (10 * getvariable('turn') + t) as signup_ip24, 'dspend' || lower(hex(h >> 20)) as device_id, 'suspended' as status,
    at_second(getvariable('stop') + 1, 30000) as status_ts
from spenders;

insert into extra_ads by name
select getvariable('scenario') as scenario_id, ad_id(advertiser_id, i) as ad_id, advertiser_id, advertiser_id * 10 as campaign_id,
    at_second(getvariable('start') - 1, 51000) as created_ts, 'https://' || made_up(h, 6) || '.example.com/now' as landing_url, made_up(h, 6) || '.example.com' as landing_domain,
    (hash(h, 'creative', i) >> 1)::bigint as creative_phash, 'beauty' as vertical, 'approved' as review_decision, 'automod' as review_source,
    0.2 as model_score, at_second(getvariable('start') - 1, 52000) as approved_ts, market
from spenders, range(2) as own(i);

insert into extra_ad_delivery_daily by name
select getvariable('scenario') as scenario_id, ds, ad_id(advertiser_id, i) as ad_id, advertiser_id, market, 'profile' as placement,
    (90 * spend / 2)::bigint as impressions, (spend / 2)::bigint as clicks, (spend / 2 * 0.02)::bigint as conversions, round(spend, 2) as spend,
    0 as hides, 0 as reports, (spend / 2 * 0.12)::bigint as impr_on_violative
from (select *, 150 * getvariable('strength') * (0.8 + 0.4 * u(hash(h, day_number(ds), i), 1)) as spend from scenario_days(), spenders, range(2) as own(i));

insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 10 * t + n) as payment_id, ds, at_second(ds, 40000 + 4000 * n) as event_ts, advertiser_id,
    'cspend' || lower(hex(hash(h, n % 2))) as instrument_hash, (460000 + (hash(h, n % 2) % 900)::int)::varchar as bin, ['GB', 'ES'][1 + n::int % 2] as card_country,
    round(75 * getvariable('strength'), 2) as amount, 'USD' as currency, case when n % 3 = 2 then 'declined' else 'approved' end as auth_result,
    case when n % 3 = 2 then 'do_not_honor' end as decline_code, case when n % 3 < 2 then at_second(ds + 20 + n::int, 0) end as chargeback_ts,
    at_second(ds, 40030 + 4000 * n) as ingest_ts
from scenario_days(), spenders, range(6) as charges(n);

insert into truth_entities
select getvariable('scenario'), 'advertiser', advertiser_id::varchar, getvariable('start'), getvariable('stop'), side() from spenders;
