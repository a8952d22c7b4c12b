-- ---
-- team: monetization
-- days: 1
-- twins: [card_renewal]
-- newest: true
-- ---
-- A two-day-old advertiser tries stolen cards with small charges.
-- Size: one advertiser (times the platform's scale), 16 charges on 12 foreign cards in an hour, three in four declined.
create or replace temp table testers as
select 900000 + getvariable('scenario_no') * 1000 + getvariable('turn') * 100 + t as advertiser_id, t, seeded('tester', 100 * getvariable('turn') + t) as h
from range(getvariable('scale')) as numbers(t);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, advertiser_id, at_second(getvariable('start') - 2, 50000) as created_ts, 'GB' as market,
    upper(made_up(h, 1)) || ' Trading' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, false as verified, 'retail' as industry,
    '45.155.199' as signup_ip24, 'dtest' || getvariable('turn') as device_id, 'active' as status
from testers;

insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 100 * t + n) as payment_id, ds,
    at_second(ds, 72000 + 200 * n) as event_ts, advertiser_id,
    'cstolen' || lower(hex(hash(h, n % 12, ds))) as instrument_hash, (410000 + (hash(h, n % 12) % 900)::int)::varchar as bin,
    ['US', 'DE', 'ES'][1 + n::int % 3] as card_country, round(1 + 4 * u(hash(h, n), 1), 2) as amount, 'USD' as currency,
    case when n % 4 = 0 then 'approved' else 'declined' end as auth_result,
    case when n % 4 <> 0 then ['do_not_honor', 'stolen_card', 'insufficient_funds'][1 + n::int % 3] end as decline_code,
    at_second(ds, 72000 + 200 * n + 30) as ingest_ts
from scenario_days(), testers, range((16 * greatest(0.5, getvariable('strength')))::int) as charges(n);

insert into truth_entities
select getvariable('scenario'), 'advertiser', advertiser_id, getvariable('start'), getvariable('stop'), side() from testers;
