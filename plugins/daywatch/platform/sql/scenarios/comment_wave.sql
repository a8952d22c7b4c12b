-- ---
-- team: platform_abuse
-- days: 2
-- twins: [fan_campaign]
-- newest: true
-- ---
-- Bought accounts post one promotion under popular videos; only numbers and smileys differ.
-- Size: 60 comments a day from 30 accounts on two days (times the root of the platform's scale).
create or replace temp table wave as
select ds, n, seeded('wave', extra_id(ds, n)) as h, account_id(0, 3000 + 40 * getvariable('turn') + n % greatest(12, (30 * getvariable('strength') * sqrt(getvariable('scale')))::int)) as account_id
from (select ds, unnest(range(greatest(20, (60 * getvariable('strength') * sqrt(getvariable('scale')))::int))) as n from scenario_days());

insert into extra_comments by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as comment_id, ds, event_ts, account_id, video_id, text,
    text_hash(text) as text_norm_hash, band(text) as minhash_band, case when getvariable('turn') = 0 then 'cash-flow.example' else 'grow-fans.example' end as url_domain, 'en' as language,
    event_ts + interval 40 seconds as ingest_ts
from (
    select *, at_second(ds, 3600 + floor(u(h, 1) * 80000)::bigint) as event_ts,
        video_id(day_number(ds) - 1, 0, floor(u(h, 2) * 3)::bigint) as video_id,
        case when getvariable('turn') = 0
            then 'I made ' || (200 + floor(u(h, 3) * 700)::int) || ' dollars from home this week with this free app ' || pick(getvariable('emoji'), h, 4) || ' try it https://cash-flow.example/' || digits(h, 5, 6)
            else 'Want ' || (1 + floor(u(h, 3) * 9)::int) || '000 real followers overnight?? message my page and grow now ' || pick(getvariable('emoji'), h, 4) || ' https://grow-fans.example/' || digits(h, 5, 6) end as text
    from wave
);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from wave;
