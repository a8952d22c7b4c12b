-- ---
-- team: monetization
-- days: 3
-- benign: true
-- ---
-- A campus finds an offer: many clicks on one ad from one school's network, by people who read and sometimes buy.
-- Size: 70 clicks a day on one ad from one school /24, each on a device of its own, 4 % buy, three days. Benign.
create or replace temp table campus_ad as
select ad_id(a, i) as ad_id, '150.' || (10 + getvariable('turn')) || '.' || (31 + getvariable('turn')) as ip24
from advertisers_made, range(6) as own(i)
where created_ts < getvariable('start') - 10 and a % 4 = 3
    and u(seeded('ad', ad_id(a, i)), 1) < 0.96 and u(seeded('ad', ad_id(a, i)), 31) < 0.7
order by seeded('campus', ad_id(a, i) + getvariable('turn')) limit 1;

insert into extra_ad_clicks by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as event_id, ds, event_ts, ad_id, account_id(getvariable('turn'), 3000 + n % 400) as account_id,
    ip24, 36000 + getvariable('turn') as asn, 'dcampus' || (hash(n, getvariable('turn')) % 500) as device_id,
    floor(400 + 9000 * exp(1.1 * bell(h, 6)))::int as dwell_ms, u(h, 4) < 0.04 as converted, event_ts + interval 60 seconds as ingest_ts
from (select ds, n, h, at_second(ds, 32000 + floor(u(h, 1) * 30000)::bigint) as event_ts
    from (select ds, n, seeded('campus', extra_id(ds, n)) as h
        from scenario_days(), range((70 * sqrt(getvariable('scale')))::int) as clicks(n))), campus_ad;

insert into truth_entities
select getvariable('scenario'), 'ad', ad_id::varchar, getvariable('start'), getvariable('stop'), side() from campus_ad
union all
select getvariable('scenario'), 'ip', ip24, getvariable('start'), getvariable('stop'), side() from campus_ad;
