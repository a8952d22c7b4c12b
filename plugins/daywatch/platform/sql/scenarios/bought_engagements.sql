-- ---
-- team: platform_abuse
-- days: 2
-- twins: [celebrity_post]
-- ---
-- A seller delivers likes to quiet videos from accounts that do nothing else: each likes one or two things on one day.
-- Size: 70 likes a day on one video each day (times the root of the platform's scale), over ten hours, from accounts that signed
-- up one by one in the weeks before, from networks and devices of their own.
create or replace temp table hands as
select ds, hand as n, extra_account(10000 * (ds - getvariable('start')) + hand) as account_id, seeded('hand', extra_id(ds, hand)) as h, p.m, p.market, p.pop,
    video_id(p.daynum, p.m, floor(p.n * (0.3 + 0.6 * u(seeded('bought', extra_id(ds, 0)), 1)))::bigint) as video_id
from (select ds, unnest(range((70 * getvariable('strength') * sqrt(getvariable('scale')))::int)) as hand from scenario_days()) as days
inner join plan as p on p.name = 'videos' and p.m = [4, 5, 3][getvariable('turn') + 1] and p.daynum = day_number(ds) - 1;

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, market, ip24(h, m) || '.' || (1 + n % 200) as signup_ip, ip24(h, m) as signup_ip24,
    asn(h, m) as signup_asn, ip_type(h) as ip_type, device(h) as signup_device_id, 'Galaxy A15' as device_model, '42.0.0' as app_version,
    handle(h, handle_pattern(h)) as handle, handle_pattern(h) as handle_pattern, 'gmail.com' as email_domain, '25-34' as age_band,
    false as is_business, 'active' as status, created_ts as status_ts, 1 as follower_count, 3 as following_count
from (select *, at_second(ds - 2 - floor(u(h, 70) * 45)::int, floor(u(h, 71) * 86000)::bigint) as created_ts from hands);

insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 2 * n + i) as event_id, ds, event_ts, account_id as actor_id, ['like', 'save'][i + 1] as action,
    'video' as target_type, video_id as target_id, account_id(m, heavy(u(seeded('video', video_id), 1), pop)) as target_owner_id,
    market, device(h) as device_id, ip24(h, m) as ip24, arrives(event_ts, h, 72) as ingest_ts
from (select *, at_second(ds, 21600 + floor(u(h, 73) * 36000)::bigint + 40 * i) as event_ts from hands, range(2) as twice(i) where i = 0 or u(h, 74) < 0.3);

insert into truth_entities
select getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from hands
union all select distinct getvariable('scenario'), 'video', video_id, ds, ds, side() from hands;
