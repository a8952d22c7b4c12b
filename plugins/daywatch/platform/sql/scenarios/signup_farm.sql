-- ---
-- team: platform_abuse
-- days: 1
-- twins: [school_signups, carrier_nat]
-- newest: true
-- ---
-- A farm registers accounts from one hosting network within three hours, with one shape of handle and three devices; the medium
-- run has eight devices, the stealth run one for each account.
-- Size: 40 accounts in a day (times the root of the platform's scale), 90, 85 and 80 % of one handle pattern.
create or replace temp table crowd as
select ds, n, extra_account(100 * (ds - getvariable('start')) * getvariable('scale') + n) as account_id,
    seeded('crowd', extra_id(ds, n)) as h,
    at_second(ds, 7200 + floor(u(seeded('crowd', extra_id(ds, n)), 5) * 10800)::bigint) as created_ts,
    case when u(seeded('crowd', extra_id(ds, n)), 4) < [0.9, 0.85, 0.8][getvariable('turn') + 1]
        then 'word_dddd' else handle_pattern(seeded('crowd', extra_id(ds, n))) end as shape
from (select ds, unnest(range(greatest(10, (40 * getvariable('strength') * sqrt(getvariable('scale')))::int))) as n from scenario_days());

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id,
    account_id, created_ts, 'BR' as market,
    '45.155.' || (200 + getvariable('turn')) || '.' || (1 + floor(u(h, 1) * 253)::int) as signup_ip, '45.155.' || (200 + getvariable('turn')) as signup_ip24,
    16276 as signup_asn, 'datacentre' as ip_type,
    'dfa' || getvariable('turn') || floor(u(h, 2) * [3, 8, 100000][getvariable('turn') + 1])::int as signup_device_id,
    pick(['Galaxy A15', 'Redmi 12', 'iPhone 13', 'Oppo A58'], h, 3) as device_model, '42.1.0' as app_version,
    handle(h, shape) as handle, shape as handle_pattern,
    'gmail.com' as email_domain, '18-24' as age_band, false as is_business,
    'active' as status, created_ts as status_ts, 0 as follower_count, 20 + n % 30 as following_count
from crowd;

insert into truth_entities
select getvariable('scenario'), 'account', account_id, ds, ds, side() from crowd
union all select distinct getvariable('scenario'), 'device', 'dfa' || getvariable('turn') || floor(u(h, 2) * [3, 8, 100000][getvariable('turn') + 1])::int, ds, ds, side() from crowd
union all from entity('ip', '45.155.' || (200 + getvariable('turn')))
union all from entity('cluster', 'word_dddd in BR')
union all from entity('cluster', 'AS16276');
