-- ---
-- team: platform_abuse
-- days: 14
-- benign: true
-- ---
-- Six classmates like each other's videos on the way home, most of them most of the days, and much else.
-- Size: 6 accounts, four quiet videos a day within the hour, six in ten like each, for two weeks. Benign.
create or replace temp table pupils as
select a, extra_account(a) as account_id, account_hash(extra_account(a)) as home from range(6) as members(a);

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, 'DE' as market, ip24(home, 6) || '.9' as signup_ip, ip24(home, 6) as signup_ip24,
    asn(home, 6) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id, 'Galaxy A15' as device_model, '42.0.0' as app_version,
    handle(home, handle_pattern(home)) as handle, handle_pattern(home) as handle_pattern, 'gmail.com' as email_domain, '13-17' as age_band,
    false as is_business, 'active' as status, created_ts as status_ts, 40 as follower_count, 60 as following_count
from (select *, getvariable('first_day')::timestamp - to_days(30 + floor(u(home, 70) * 300)::int) as created_ts from pupils);

insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 100 * t + a) as event_id, ds, event_ts, account_id as actor_id, 'like' as action, 'video' as target_type,
    video_id as target_id, account_id(6, heavy(u(seeded('video', video_id), 1), pop)) as target_owner_id, 'DE' as market, device(home) as device_id,
    ip24(home, 6) as ip24, arrives(event_ts, own, 8) as ingest_ts
from (
    select *, at_second(ds, 46800 + 300 * t + floor(u(own, 5) * 2400)::bigint) as event_ts
    from (
        select ds, t, a, account_id, home, p.pop, seeded('like', extra_id(ds, 100 * t + a)) as own,
            video_id(p.daynum, p.m, floor(p.n * (0.5 + 0.45 * u(seeded('clip', extra_id(ds, t)), 1)))::bigint) as video_id
        from (select ds, unnest(range(4)) as t from scenario_days()) as days
        inner join plan as p on p.name = 'videos' and p.m = 6 and p.daynum = day_number(ds) - 1, pupils
    ) where u(own, 6) < 0.6
);

insert into truth_entities
select getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from pupils;
