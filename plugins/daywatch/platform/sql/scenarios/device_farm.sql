-- ---
-- team: platform_abuse
-- days: 2
-- twins: [family_tablet]
-- newest: true
-- ---
-- One phone in a rack logs in to account after account.
-- Size: 12 accounts (times the root of the platform's scale), three log-ins each, on one device, two days.
create or replace temp table users as
select ds, p, n, account_id(1, 500 + 20 * getvariable('turn') + 100 * getvariable('scenario_no') + p) as account_id,
    seeded('users', extra_id(ds, 1000 * p + n)) as h
from (select ds, unnest(range(greatest(7, (12 * getvariable('strength') * sqrt(getvariable('scale')))::int))) as p from scenario_days()), range(3) as times(n);

insert into extra_logins by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, 100 * p + n) as event_id, ds, event_ts, account_id,
    'dfarm' || getvariable('turn') as device_id, '45.155.' || (210 + getvariable('turn')) || '.7' as ip, '45.155.' || (210 + getvariable('turn')) as ip24,
    16276 as asn, 'BR' as country, 'datacentre' as ip_type, true as success, false as mfa, 80 as rtt_ms,
    event_ts + interval 50 seconds as ingest_ts
from (select *, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts from users);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from users;
