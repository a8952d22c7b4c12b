-- ---
-- team: platform_abuse
-- days: 2
-- twins: [family_tablet]
-- newest: true
-- ---
-- One phone in a rack logs in to account after account; the medium and stealth runs switch networks too.
-- Size: 12, 8 and 6 accounts (times the root of the platform's scale), three log-ins each, on one device, two days.
create or replace temp table users as
select ds, p, n, account_id(1, 500 + 20 * getvariable('turn') + 100 * getvariable('scenario_no') + p) as account_id,
    seeded('users', extra_id(ds, 1000 * p + n)) as h
from (select ds, unnest(range(greatest([12, 8, 6][getvariable('turn') + 1], (12 * getvariable('strength') * sqrt(getvariable('scale')))::int))) as p from scenario_days()), range(3) as times(n);

insert into extra_logins by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, 100 * p + n) as event_id, ds, event_ts, account_id,
    'dfarm' || getvariable('turn') as device_id, net || '.7' as ip, net as ip24,
    case when getvariable('turn') = 0 then 16276 else asn(h, 1) end as asn, 'BR' as country,
    case when getvariable('turn') = 0 then 'datacentre' else ip_type(h) end as ip_type, true as success, false as mfa, 80 as rtt_ms,
    event_ts + interval 50 seconds as ingest_ts
from (select *, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts,
    case when getvariable('turn') = 0 then '45.155.210' else ip24(seeded('net', extra_id(ds, n)), 1) end as net from users);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from users
union all from entity('device', 'dfarm' || getvariable('turn'));
