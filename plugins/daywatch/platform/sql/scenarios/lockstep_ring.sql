-- ---
-- team: platform_abuse
-- days: 5
-- twins: [celebrity_post, school_club]
-- newest: true
-- ---
-- A ring of paid accounts likes and follows the same customers' videos within minutes of each other, and hides it among
-- ordinary likes of popular videos: 30, 50 and 70 % of what it does.
-- Size: 14, 9 and 6 accounts on 14, 11 and 9 targets a day for five days (accounts times the root of the platform's scale).
create or replace temp table ring as
select a, extra_account(a) as account_id, account_hash(extra_account(a)) as home
from range(greatest(6, (14 * getvariable('strength') * sqrt(getvariable('scale')))::int)) as members(a);

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, market, ip24(home, m) || '.' || (1 + a % 200) as signup_ip, ip24(home, m) as signup_ip24,
    asn(home, m) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id, 'Galaxy A15' as device_model, '42.0.0' as app_version,
    handle(home, handle_pattern(home)) as handle, handle_pattern(home) as handle_pattern, 'gmail.com' as email_domain, '18-24' as age_band,
    false as is_business, 'active' as status, created_ts as status_ts, 12 as follower_count, 200 as following_count
from (
    select *, getvariable('start')::timestamp - to_days(40 + floor(u(home, 70) * 200)::int) + to_seconds(floor(u(home, 71) * 86000)::bigint) as created_ts
    from ring
), (select m, market from markets where m = [0, 2, 4][getvariable('turn') + 1]);

-- what they are paid for: quiet videos of the last days, all within a quarter to half an hour; who is away misses one
create or replace temp table jobs as
select ds, t, seeded('job', extra_id(ds, t)) as h, p.m, p.market, p.pop,
    video_id(p.daynum, p.m, floor(p.n * (0.45 + 0.5 * u(seeded('job', extra_id(ds, t)), 1)))::bigint) as video_id
from (select ds, unnest(range([14, 11, 9][getvariable('turn') + 1])) as t from scenario_days()) as days
inner join plan as p on p.name = 'videos' and p.m = [0, 2, 4][getvariable('turn') + 1] and p.daynum = day_number(ds) - 1 - t % 4;

insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 1000 * t + a) as event_id, ds, event_ts, account_id as actor_id,
    case when u(h, 2) < 0.7 then 'like' else 'share' end as action, 'video' as target_type, video_id as target_id,
    account_id(m, heavy(u(seeded('video', video_id), 1), pop)) as target_owner_id, market, device(home) as device_id, ip24(home, m) as ip24,
    arrives(event_ts, home, t) as ingest_ts
from (
    select *, at_second(ds, floor(u(h, 3) * 23)::bigint * 3600 + floor(u(h, 4) * 1800)::bigint
        + floor(u(hash(xor(h, home)), 5) * [900, 1500, 1800][getvariable('turn') + 1])::bigint) as event_ts
    from jobs, ring
    where u(hash(xor(h, home)), 6) < [0.95, 0.92, 0.9][getvariable('turn') + 1]
);

-- and what hides it
insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 100000 + 200 * a + i) as event_id, ds, event_ts, account_id as actor_id, 'like' as action,
    'video' as target_type, video_id(p.daynum, p.m, floor(p.n * pow(u(c.h, 1), 2))::bigint) as target_id,
    account_id(p.m, heavy(u(seeded('video', video_id(p.daynum, p.m, floor(p.n * pow(u(c.h, 1), 2))::bigint)), 1), p.pop)) as target_owner_id,
    p.market, device(home) as device_id, ip24(home, p.m) as ip24, arrives(event_ts, c.h, 4) as ingest_ts
from (
    select *, at_second(ds, day_second(h, 2, [-5, 7, 5][getvariable('turn') + 1])) as event_ts
    from (
        select ds, a, i, account_id, home, seeded('hide', extra_id(ds, 100000 + 200 * a + i)) as h
        from scenario_days(), ring, range([6, 11, 21][getvariable('turn') + 1]) as hidden(i)
    )
) as c
inner join plan as p on p.name = 'videos' and p.m = [0, 2, 4][getvariable('turn') + 1] and p.daynum = day_number(ds) - least(20, floor(-4 * ln(1 - u(c.h, 6))))::int;

insert into truth_entities
select getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from ring
union all select distinct getvariable('scenario'), 'video', video_id, getvariable('start'), getvariable('stop'), side() from jobs;
