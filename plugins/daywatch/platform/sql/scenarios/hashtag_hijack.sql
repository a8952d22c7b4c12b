-- ---
-- team: platform_abuse
-- days: 3
-- twins: [fan_campaign, holiday]
-- newest: true
-- ---
-- Spammers ride a popular hashtag: whenever the day's show is on, their accounts post clips under it, in words of their own,
-- that all lead to one shop.
-- Size: 10, 6 and 4 accounts, four, four and three waves a day of one video each, within 10 to 25 minutes, three days.
create or replace temp table posts as
select ds, c, a, extra_account(a) as account_id, account_hash(extra_account(a)) as home, seeded('wave', extra_id(ds, 100 * c)) as h,
    seeded('post', extra_id(ds, 100 * c + a)) as own
from (select ds, unnest(range([4, 4, 3][getvariable('turn') + 1])) as c from scenario_days()), range([10, 6, 4][getvariable('turn') + 1]) as members(a);

insert into extra_accounts by name
select distinct
    getvariable('scenario') as scenario_id, account_id, getvariable('start')::timestamp - to_days(20 + (home % 60)::int) as created_ts, 'US' as market,
    ip24(home, 0) || '.9' as signup_ip, ip24(home, 0) as signup_ip24, asn(home, 0) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id,
    'Moto G54' as device_model, '42.1.0' as app_version, handle(home, handle_pattern(home)) as handle, handle_pattern(home) as handle_pattern,
    'gmail.com' as email_domain, '18-24' as age_band, true as is_business, 'active' as status,
    getvariable('start')::timestamp - to_days(20 + (home % 60)::int) as status_ts, 30 as follower_count, 150 as following_count
from posts;

insert into extra_videos by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 100 * c + a) as video_id, account_id,
    at_second(ds, floor(u(h, 2) * 80000)::bigint + floor(u(own, 3) * [600, 1200, 1500][getvariable('turn') + 1])::bigint) as created_ts,
    'US' as market, 'en' as language, 9 + (own % 20)::int as duration_s, caption, text_hash(caption) as caption_minhash,
    '#football #' || made_up(own, 60) as hashtag_set, 1 + heavy(u(own, 10), 20000) as sound_id, (own >> 1)::bigint as phash,
    'fan-outlet' || getvariable('turn') || '.example' as external_url_domain, 'live' as status
from (select *, words('en', own) as caption from posts);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from posts;
