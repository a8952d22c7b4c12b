-- ---
-- team: platform_abuse
-- days: 2
-- benign: true
-- ---
-- A holiday: people greet each other, some join, and some come back after months with the phone they were given.
-- Size: 80 greetings, 20 sign-ups and 6 returning accounts a day for two days in one market. Benign.
create or replace temp table guests as
select ds, n, seeded('guest', extra_id(ds, n)) as h, [5, 6, 9][getvariable('turn') + 1] as m
from (select ds, unnest(range(80)) as n from scenario_days());

insert into extra_comments by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as comment_id, ds, event_ts,
    account_id(m, floor(u(h, 9) * 600)::bigint) as account_id, video_id(day_number(ds) - 1, m, floor(u(h, 2) * 4)::bigint) as video_id, text,
    text_hash(text) as text_norm_hash, band(text) as minhash_band, null as url_domain, 'en' as language, event_ts + interval 40 seconds as ingest_ts
from (
    select *, at_second(ds, 3600 + floor(u(h, 1) * 80000)::bigint) as event_ts,
        case when u(h, 3) < 0.5 then pick(['happy holidays!', 'happy new season', 'merry everything', 'best wishes', 'enjoy the day off'], h, 4) || ' ' || pick(getvariable('emoji'), h, 5)
            else pick(['happy holidays to', 'all the best to', 'have a great day', 'greetings from', 'peace and joy for'], h, 4) || ' ' || made_up(h, 60) || ' ' || made_up(h, 63)
                || ' ' || pick(['and family', 'from all of us', 'see you next year', 'eat well', 'and stay safe'], h, 6) end as text
    from guests
);

insert into extra_accounts by name
select
    getvariable('scenario') as scenario_id, extra_account(100 * (ds - getvariable('start')) + n) as account_id, created_ts, market,
    ip24(h, m) || '.' || (1 + n % 200) as signup_ip, ip24(h, m) as signup_ip24, asn(h, m) as signup_asn, ip_type(h) as ip_type, device(h) as signup_device_id,
    pick(['Galaxy S24', 'iPhone 16', 'Pixel 8', 'Redmi 12'], h, 18) as device_model, '42.1.0' as app_version, handle(h, handle_pattern(h)) as handle,
    handle_pattern(h) as handle_pattern, 'gmail.com' as email_domain, '13-17' as age_band, false as is_business, 'active' as status, created_ts as status_ts,
    3 as follower_count, 10 as following_count
from (
    -- the first six joined long ago and slept
    select *, at_second(case when n < 6 then getvariable('first_day') - (100 + 40 * n)::int else ds end, floor(u(h, 71) * 80000)::bigint) as created_ts
    from guests where n < 26
) inner join markets using (m);

insert into extra_logins by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, n) as event_id, ds, event_ts, extra_account(100 * (ds - getvariable('start')) + n) as account_id,
    'd' || lower(hex(hash(h) >> 12)) as device_id, net || '.11' as ip, net as ip24, asn(h, m) as asn, market as country, ip_type(h) as ip_type, true as success,
    true as mfa, 60 as rtt_ms, event_ts + interval 50 seconds as ingest_ts
from (select *, at_second(ds, 30000 + floor(u(h, 72) * 50000)::bigint) as event_ts, ip24(case when u(h, 73) < 0.6 then h else hash(h) end, m) as net from guests where n < 6)
inner join markets using (m);

insert into truth_entities
select getvariable('scenario'), 'account', extra_account(100 * (ds - getvariable('start')) + n), ds, ds, side() from guests where n < 26;
