-- ---
-- team: platform_abuse
-- days: 21
-- benign: true
-- ---
-- A family shares one tablet.
-- Size: 3 accounts, twice a day each, for three weeks. Benign.
create or replace temp table users as
select ds, p, n, account_id(1, 500 + 20 * getvariable('turn') + 100 * getvariable('scenario_no') + p) as account_id,
    seeded('users', extra_id(ds, 1000 * p + n)) as h
from (select ds, unnest(range(3)) as p from scenario_days()), range(2) as times(n);

insert into extra_logins by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, 100 * p + n) as event_id, ds, event_ts, account_id,
    'dfamily' as device_id, '25.14.9' || '.7' as ip, '25.14.9' as ip24,
    30011 as asn, 'BR' as country, 'residential' as ip_type, true as success, false as mfa, 80 as rtt_ms,
    event_ts + interval 50 seconds as ingest_ts
from (select *, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts from users);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from users
union all from entity('device', 'dfamily');
