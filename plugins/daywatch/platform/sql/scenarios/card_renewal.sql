-- ---
-- team: monetization
-- days: 1
-- benign: true
-- newest: true
-- ---
-- Old customers' cards expire: one decline, then the new card works.
-- Size: three advertisers, two cards and three charges each on one day. Benign.
insert into extra_payments by name
select getvariable('scenario') as scenario_id, extra_id(ds, 10 * a + n) as payment_id, ds,
    at_second(ds, 36000 + 300 * n) as event_ts, 700000 + a as advertiser_id,
    'crenew' || lower(hex(hash(a, n > 0, getvariable('turn')))) as instrument_hash, (450000 + a)::varchar as bin,
    market as card_country, 80.0 + 5 * n as amount, 'USD' as currency,
    case when n = 0 then 'declined' else 'approved' end as auth_result, case when n = 0 then 'expired_card' end as decline_code,
    at_second(ds, 36000 + 300 * n + 30) as ingest_ts
from scenario_days(), (select a, market from advertisers_made where a between 11 + 3 * getvariable('turn') and 13 + 3 * getvariable('turn')), range(3) as charges(n);

insert into truth_entities
select getvariable('scenario'), 'advertiser', 700000 + a, getvariable('start'), getvariable('stop'), side()
from advertisers_made where a between 11 + 3 * getvariable('turn') and 13 + 3 * getvariable('turn');
