-- ---
-- team: platform_abuse
-- days: 2
-- twins: [school_signups, holiday]
-- ---
-- A farm registers accounts through residential proxies in Mexico: each from a /24 of its own, with a phone model, an app
-- version and a shape of handle in common. The stealth run uses a shape that honest people use too, and devices of its own.
-- Size: 36 accounts a day on two days (times the root of the platform's scale), 90, 80 and 75 % of one handle pattern.
create or replace temp table crowd as
select ds, n, extra_account(1000 * (ds - getvariable('start')) * getvariable('scale') + n) as account_id,
    seeded('crowd', extra_id(ds, n)) as h,
    at_second(ds, floor(u(seeded('crowd', extra_id(ds, n)), 5) * 86000)::bigint) as created_ts,
    case when u(seeded('crowd', extra_id(ds, n)), 4) < [0.9, 0.8, 0.75][getvariable('turn') + 1]
        then ['word_dddd', 'name_dddd', 'name.dd'][getvariable('turn') + 1] else handle_pattern(seeded('crowd', extra_id(ds, n))) end as shape
from (select ds, unnest(range(greatest(12, (36 * getvariable('strength') * sqrt(getvariable('scale')))::int))) as n from scenario_days());

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, 'MX' as market,
    net || '.' || (1 + floor(u(h, 1) * 253)::int) as signup_ip, net as signup_ip24,
    30030 + floor(u(h, 2) * 4)::int as signup_asn, 'residential' as ip_type,
    case when getvariable('turn') = 0 then 'dres' || floor(u(h, 6) * 6)::int else device(hash(h)) end as signup_device_id,
    pick(['Redmi 12', 'Redmi 12', 'Galaxy A15'], h, 3) as device_model, '42.0.2' as app_version,
    handle(h, shape) as handle, shape as handle_pattern, 'outlook.com' as email_domain, '18-24' as age_band, false as is_business,
    'active' as status, created_ts as status_ts, 0 as follower_count, 10 + n % 30 as following_count
from (
    select *, concat(32 + floor(u(h, 7) * 4)::int, '.', floor(u(h, 8) * 256)::int, '.', floor(u(h, 9) * 256)::int) as net from crowd
);

insert into truth_entities
select getvariable('scenario'), 'account', account_id, ds, ds, side() from crowd
union all select getvariable('scenario'), 'cluster', shape || ' in MX', min(ds), max(ds), side() from crowd group by shape having count(*) > 8
union all select distinct getvariable('scenario'), 'device', 'dres' || d, getvariable('start'), getvariable('stop'), side() from range(6) as devices(d) where getvariable('turn') = 0
union all select distinct getvariable('scenario'), 'cluster', 'AS' || (30030 + d), getvariable('start'), getvariable('stop'), side() from range(4) as nets(d);
