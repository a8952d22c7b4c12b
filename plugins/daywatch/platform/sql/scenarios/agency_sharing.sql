-- ---
-- team: monetization
-- days: 14
-- benign: true
-- ---
-- An agency books for its clients from one computer and with one card; one client was banned a week ago, another is new.
-- Size: seven honest clients of one agency, of which one is new, and one that was banned, on one device and one card (times the platform's scale). Benign.
create or replace temp table clients as
select g, n, 920000 + 1000 * getvariable('turn') + 10 * g + n as advertiser_id, 960 + 10 * getvariable('turn') + g as agency_id,
    seeded('agency', 100 * getvariable('turn') + g) as gh, seeded('client', 1000 * getvariable('turn') + 10 * g + n) as h
from range(getvariable('scale')) as groups(g), range(8) as members(n);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, advertiser_id,
    case when n = 7 then at_second(getvariable('start'), 33000) else at_second(getvariable('start') - 60 - 40 * n::int, 33000) end as created_ts, 'DE' as market,
    upper(made_up(h, 1)) || ' GmbH' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, true as verified, 'retail' as industry, agency_id,
    '31.253.' || g as signup_ip24, 'dagency' || lower(hex(gh >> 20)) as device_id,
    case when n = 0 then 'banned' else 'active' end as status,
    case when n = 0 then at_second(getvariable('start') - 7, 40000) when n = 7 then at_second(getvariable('start'), 33000)
        else at_second(getvariable('start') - 60 - 40 * n::int, 33000) end as status_ts
from clients;

insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 10 * g + n) as payment_id, ds, at_second(ds, 30000 + 300 * n + 3000 * g) as event_ts, advertiser_id,
    'cagency' || lower(hex(gh)) as instrument_hash, (440000 + (gh % 900)::int)::varchar as bin, 'DE' as card_country,
    round(60 + 80 * u(hash(h, day_number(ds)), 1), 2) as amount, 'USD' as currency, 'approved' as auth_result, at_second(ds, 30030 + 300 * n + 3000 * g) as ingest_ts
from (select ds, false as before from scenario_days()
    union all select (getvariable('start') - back::int)::date, true from range(7, 14) as earlier(back) where getvariable('start') - back::int >= getvariable('first_day')), clients
where n between 1 and 6 or before = (n = 0);

insert into truth_entities
select getvariable('scenario'), 'advertiser', advertiser_id::varchar, getvariable('start'), getvariable('stop'), side() from clients where n > 0;
