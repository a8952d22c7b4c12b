-- ---
-- team: platform_abuse
-- days: 1
-- benign: true
-- newest: true
-- ---
-- A school day out: pupils join from the school's network, each with a device and a handle of their own.
-- Size: 25 accounts in a day on one network. Benign.
create or replace temp table crowd as
select ds, n, extra_account(100 * (ds - getvariable('start')) * getvariable('scale') + n) as account_id,
    seeded('crowd', extra_id(ds, n)) as h,
    at_second(ds, 28800 + floor(u(seeded('crowd', extra_id(ds, n)), 5) * 25000)::bigint) as created_ts
from (select ds, unnest(range(25)) as n from scenario_days());

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id,
    account_id, created_ts, 'GB' as market,
    '150.99.' || (20 + getvariable('turn')) || '.' || (1 + floor(u(h, 1) * 253)::int) as signup_ip, '150.99.' || (20 + getvariable('turn')) as signup_ip24,
    36005 as signup_asn, 'school' as ip_type,
    device(h) as signup_device_id,
    pick(['Galaxy A15', 'Redmi 12', 'iPhone 13', 'Oppo A58'], h, 3) as device_model, '42.1.0' as app_version,
    handle(h, handle_pattern(h)) as handle, handle_pattern(h) as handle_pattern,
    'gmail.com' as email_domain, '18-24' as age_band, false as is_business,
    'active' as status, created_ts as status_ts, 0 as follower_count, 20 + n % 30 as following_count
from crowd;

insert into truth_entities
select getvariable('scenario'), 'account', account_id, ds, ds, side() from crowd
union all from entity('ip', '150.99.' || (20 + getvariable('turn')))
union all from entity('cluster', 'AS36005');
