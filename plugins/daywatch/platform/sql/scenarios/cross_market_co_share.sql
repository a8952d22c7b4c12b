-- ---
-- team: platform_abuse
-- days: 6
-- twins: [fan_campaign, newsroom]
-- ---
-- Accounts in three markets post the same clip within minutes of each other, again and again: one sound, and one caption word
-- for word (easy), or captions of their own in each language and only the sound, or the linked site, in common.
-- Size: 9, 6 and 4 accounts, three clips a day for six days.
create or replace temp table posts as
select ds, c, a, extra_account(a) as account_id, account_hash(extra_account(a)) as home, seeded('clip', extra_id(ds, 100 * c)) as h,
    hash(xor(seeded('clip', extra_id(ds, 100 * c)), account_hash(extra_account(a)))) as own
from (select ds, unnest(range(3)) as c from scenario_days()), range([9, 6, 4][getvariable('turn') + 1]) as members(a)
where u(hash(xor(seeded('clip', extra_id(ds, 100 * c)), account_hash(extra_account(a)))), 9) < [0.95, 0.9, 0.9][getvariable('turn') + 1];

insert into extra_accounts by name
select distinct
    getvariable('scenario') as scenario_id, account_id, getvariable('start')::timestamp - to_days(90 + (home % 300)::int) as created_ts, market,
    ip24(home, m) || '.9' as signup_ip, ip24(home, m) as signup_ip24, asn(home, m) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id,
    'Pixel 8' as device_model, '42.0.0' as app_version, handle(home, handle_pattern(home)) as handle, handle_pattern(home) as handle_pattern,
    'gmail.com' as email_domain, '25-34' as age_band, false as is_business, 'active' as status,
    getvariable('start')::timestamp - to_days(90 + (home % 300)::int) as status_ts, 900 as follower_count, 80 as following_count
from posts inner join markets on m = [1, 3, 9][1 + a % 3];

insert into extra_videos by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 100 * c + a) as video_id, account_id,
    at_second(ds, floor(u(h, 2) * 80000)::bigint + floor(u(own, 3) * [300, 600, 900][getvariable('turn') + 1])::bigint) as created_ts,
    market, language, 20 + c as duration_s, caption, text_hash(caption) as caption_minhash,
    '#' || made_up(own, 60) || ' #fyp' as hashtag_set, case when getvariable('turn') < 2 then 25000 + (h % 4000)::int else 1 + heavy(u(own, 10), 20000) end as sound_id,
    (h >> 1)::bigint as phash, case when getvariable('turn') = 2 then 'clip' || (h % 900) || '.example' end as external_url_domain, 'live' as status
from (
    select posts.*, market, language, case when getvariable('turn') = 0 then words('en', posts.h) else words(language, own) end as caption
    from posts inner join markets on m = [1, 3, 9][1 + a % 3]
);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from posts;
