-- ---
-- team: platform_abuse
-- days: 3
-- twins: [holiday]
-- newest: true
-- ---
-- Accounts that slept for months are opened with leaked passwords: from a new phone and a new network each wakes on one day,
-- likes and follows in bursts, and falls silent.
-- Size: 12 accounts a day for three days (times the root of the platform's scale); 45, 24 and 10 actions each. The easy run comes
-- from two hosting networks, the others from homes.
create or replace temp table woken as
select ds, n, extra_account(2000 * (ds - getvariable('start')) + n) as account_id, account_hash(extra_account(2000 * (ds - getvariable('start')) + n)) as home,
    seeded('woken', extra_id(ds, n)) as h, [8, 9, 5][getvariable('turn') + 1] as m
from (select ds, unnest(range((12 * getvariable('strength') * sqrt(getvariable('scale')))::int)) as n from scenario_days());

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, account_id, created_ts, market, ip24(home, m) || '.7' as signup_ip, ip24(home, m) as signup_ip24,
    asn(home, m) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id, 'iPhone 13' as device_model, '41.2.1' as app_version,
    handle(home, handle_pattern(home)) as handle, handle_pattern(home) as handle_pattern, 'yahoo.com' as email_domain, '25-34' as age_band,
    false as is_business, 'active' as status, created_ts as status_ts, 150 as follower_count, 120 as following_count
from (select *, getvariable('first_day')::timestamp - to_days(150 + floor(u(home, 70) * 700)::int) as created_ts from woken) inner join markets using (m);

create or replace temp table phones as
select *, at_second(ds, floor(u(h, 1) * 70000)::bigint) as woke_ts, 'd' || lower(hex(h >> 12)) as device_id,
    case when getvariable('turn') = 0 then '45.156.' || (n % 2) else ip24(h, m) end as ip24
from woken;

insert into extra_logins by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as event_id, ds, woke_ts as event_ts, account_id, device_id, ip24 || '.11' as ip, ip24,
    case when getvariable('turn') = 0 then 16276 else asn(h, m) end as asn, market as country,
    case when getvariable('turn') = 0 then 'datacentre' else ip_type(h) end as ip_type, true as success, false as mfa, 110 as rtt_ms, woke_ts + interval 50 seconds as ingest_ts
from phones inner join markets using (m);

insert into extra_engagements by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 10000 + 60 * phones.n + i) as event_id, ds, event_ts, account_id as actor_id,
    case when i % 3 = 0 then 'follow' else 'like' end as action, case when i % 3 = 0 then 'account' else 'video' end as target_type,
    case when i % 3 = 0 then account_id(phones.m, heavy(u(g, 2), pop)) else video_id(p.daynum, p.m, floor(p.n * u(g, 2))::bigint) end as target_id,
    account_id(phones.m, heavy(u(g, 2), pop)) as target_owner_id, p.market, device_id, ip24, arrives(event_ts, g, 3) as ingest_ts
from (
    select *, seeded('burst', extra_id(ds, 10000 + 60 * n + i)) as g,
        woke_ts + to_seconds(120 + floor(u(seeded('burst', extra_id(ds, 10000 + 60 * n + i)), 1) * [3000, 6000, 12000][getvariable('turn') + 1])::bigint) as event_ts
    from phones, range([45, 24, 10][getvariable('turn') + 1]) as bursts(i)
) as phones
inner join plan as p on p.name = 'videos' and p.m = phones.m and p.daynum = day_number(ds) - 1
where event_ts < ds + interval 1 day;

insert into truth_entities
select getvariable('scenario'), 'account', account_id, ds, ds, side() from woken
union all select getvariable('scenario'), 'device', device_id, ds, ds, side() from phones
union all select distinct getvariable('scenario'), 'ip', ip24, getvariable('start'), getvariable('stop'), side() from phones where getvariable('turn') = 0;
