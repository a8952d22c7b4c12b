-- ---
-- team: platform_abuse
-- days: 14
-- benign: true
-- ---
-- Three accounts of one newsroom link to its own site all day; now and then two of them post a story within minutes.
-- Size: 3 accounts, three videos a day each for two weeks, one story in five told by all at once. Benign.
create or replace temp table desks as
select ds, c, a, extra_account(a) as account_id, account_hash(extra_account(a)) as home, seeded('story', extra_id(ds, 100 * c)) as h,
    seeded('desk', extra_id(ds, 100 * c + a)) as own
from (select ds, unnest(range(3)) as c from scenario_days()), range(3) as members(a);

insert into extra_accounts by name
select distinct
    getvariable('scenario') as scenario_id, account_id, getvariable('first_day')::timestamp - interval '400 days' as created_ts, 'GB' as market,
    ip24(home, 5) || '.9' as signup_ip, ip24(home, 5) as signup_ip24, asn(home, 5) as signup_asn, ip_type(home) as ip_type, device(home) as signup_device_id,
    'iPhone 15' as device_model, '42.0.0' as app_version, handle(home, 'the_name') as handle, 'the_name' as handle_pattern,
    'gmail.com' as email_domain, '25-34' as age_band, true as is_business, 'active' as status,
    getvariable('first_day')::timestamp - interval '400 days' as status_ts, 90000 as follower_count, 40 as following_count
from desks;

insert into extra_videos by name
select
    getvariable('scenario') as scenario_id, extra_id(ds, 100 * c + a) as video_id, account_id,
    at_second(ds, case when u(h, 1) < 0.2 then 25200 + floor(u(h, 2) * 50000)::bigint + floor(u(own, 3) * 1200)::bigint
        else 25200 + floor(u(own, 2) * 50000)::bigint end) as created_ts,
    'GB' as market, 'en' as language, 30 as duration_s, caption, text_hash(caption) as caption_minhash,
    '#' || made_up(h, 60) || ' #news' as hashtag_set, 1 + heavy(u(own, 10), 20000) as sound_id, (own >> 1)::bigint as phash,
    'courier' || getvariable('turn') || '.example' as external_url_domain, 'live' as status
from (select *, words('en', own) as caption from desks);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from desks;
