-- ---
-- team: monetization
-- days: 3
-- twins: [card_renewal, agency_sharing]
-- newest: true
-- ---
-- A two-day-old advertiser tries stolen cards with small charges.
-- Size: one advertiser (times the platform's scale) for three days: twelve cards and 16 charges a day, most foreign, three in four declined; medium: six cards, ten charges, six in ten; stealth: two new cards a day, four charges, half declined, half of the cards from the advertiser's market.
create or replace temp table testers as
select 900000 + 100 * getvariable('turn') + t as advertiser_id, t, seeded('tester', 100 * getvariable('turn') + t) as h,
    [12, 6, 2][1 + getvariable('turn')] as cards, [16, 10, 4][1 + getvariable('turn')] as charges, [0.75, 0.6, 0.5][1 + getvariable('turn')] as declined
from range(getvariable('scale')) as numbers(t);

insert into extra_advertisers by name
select getvariable('scenario') as scenario_id, advertiser_id, at_second(getvariable('start') - 2, 50000) as created_ts, 'GB' as market,
    upper(made_up(h, 1)) || ' Trading' as legal_name, lower(hex(hash(h, 'tax'))) as tax_id_hash, false as verified, 'retail' as industry,
    '45.155.199' as signup_ip24, 'dtest' || getvariable('turn') || '-' || t as device_id, 'suspended' as status, at_second(getvariable('stop') + 1, 40000) as status_ts
from testers;

insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 100 * t + n) as payment_id, ds, event_ts, advertiser_id,
    'cstolen' || lower(hex(card)) as instrument_hash, (410000 + (card % 900)::int)::varchar as bin,
    case when cards = 2 and n % 2 = 0 then 'GB' else ['US', 'DE', 'ES'][1 + (card % 3)::int] end as card_country,
    round((1 + 4 * u(hash(h, n), 1)) * case when cards = 2 then 6 else 1 end, 2) as amount, 'USD' as currency,
    case when bad then 'declined' else 'approved' end as auth_result,
    case when bad then ['do_not_honor', 'stolen_card', 'insufficient_funds'][1 + n::int % 3] end as decline_code, event_ts + interval 30 seconds as ingest_ts
from (
    select *, hash(h, n % cards, ds) as card, (n * 7) % charges < declined * charges as bad, at_second(ds, 72000 + 800 * n) as event_ts
    from scenario_days(), testers, range(charges) as tries(n)
);

insert into truth_entities
select getvariable('scenario'), 'advertiser', advertiser_id::varchar, getvariable('start'), getvariable('stop'), side() from testers;
