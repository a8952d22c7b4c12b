-- ---
-- team: platform_abuse
-- days: 2
-- benign: true
-- newest: true
-- ---
-- A star posts twice a day: fans come within the hour, like both, and some of them joined for it.
-- Size: 400 fans a day on two videos (times the root of the platform's scale), one in eight an account that does nothing else. Benign.
create or replace temp table fans as
select ds, fan as n, seeded('fan', extra_id(ds, fan)) as h, p.m, p.market, p.pop, p.daynum, u(seeded('fan', extra_id(ds, fan)), 1) < 0.12 as fresh,
    case when u(seeded('fan', extra_id(ds, fan)), 1) < 0.12 then extra_account(1000 * (ds - getvariable('start')) * getvariable('scale') + fan)
        else account_id(p.m, floor(p.pop * pow(u(seeded('fan', 1000 * getvariable('turn') + fan), 2), 2))::bigint) end as account_id
from (select ds, unnest(range((400 * sqrt(getvariable('scale')))::int)) as fan from scenario_days()) as days
inner join plan as p on p.name = 'videos' and p.m = [1, 2, 0][getvariable('turn') + 1] and p.daynum = day_number(ds);

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, market, ip24(h, m) || '.' || (1 + n % 200) as signup_ip, ip24(h, m) as signup_ip24,
    asn(h, m) as signup_asn, ip_type(h) as ip_type, device(h) as signup_device_id, 'iPhone 15' as device_model, '42.1.0' as app_version,
    handle(h, handle_pattern(h)) as handle, handle_pattern(h) as handle_pattern, 'gmail.com' as email_domain, '13-17' as age_band,
    false as is_business, 'active' as status, created_ts as status_ts, 1 as follower_count, 3 as following_count
from (select *, at_second((ds - floor(u(h, 70) * 20)::int), floor(u(h, 71) * 40000)::bigint) as created_ts from fans where fresh);

insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 2 * n + i) as event_id, ds, event_ts, account_id as actor_id,
    case when u(h, 3) < 0.8 then 'like' else 'share' end as action, 'video' as target_type, video_id(daynum, m, i) as target_id,
    account_id(m, heavy(u(seeded('video', video_id(daynum, m, i)), 1), pop)) as target_owner_id, market, device(h) as device_id, ip24(h, m) as ip24,
    arrives(event_ts, h, 72) as ingest_ts
from (
    select *, at_second(ds, 43200 + 18000 * i + floor(-2500 * ln(1 - 0.999 * u(hash(xor(h, i::ubigint)), 73)))::bigint) as event_ts
    from fans, range(2) as twice(i) where u(h, 74 + i) < 0.75
);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from fans
union all select distinct getvariable('scenario'), 'video', video_id(daynum, m, i), ds, ds, side() from fans, range(2) as twice(i);
