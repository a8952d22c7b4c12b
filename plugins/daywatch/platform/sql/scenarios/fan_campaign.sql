-- ---
-- team: platform_abuse
-- days: 3
-- benign: true
-- newest: true
-- ---
-- Fans ask for votes for their singer, each in words of their own.
-- Size: 25 comments a day from about 60 accounts on three days. Benign.
create or replace temp table wave as
select ds, n, seeded('wave', extra_id(ds, n)) as h, account_id(2, 700 + floor(u(seeded('wave', extra_id(ds, n)), 9) * 120)::int) as account_id
from (select ds, unnest(range(25)) as n from scenario_days());

insert into extra_comments by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as comment_id, ds, event_ts, account_id, video_id, text,
    text_hash(text) as text_norm_hash, band(text) as minhash_band, null as url_domain, 'en' as language,
    event_ts + interval 40 seconds as ingest_ts
from (
    select *, at_second(ds, 3600 + floor(u(h, 1) * 80000)::bigint) as event_ts,
        video_id(day_number(ds) - 1, 2, floor(u(h, 2) * 3)::bigint) as video_id,
        pick(['please everybody', 'hello from Manila', 'day two and still', 'come on people', 'my whole family', 'no sleep until you', 'remember friends', 'we can do this', 'one more time', 'I beg you all', 'good morning stars', 'okay team now'], h, 3)
            || ' ' || pick(['vote for Luna', 'go Luna Vega', 'Luna needs us', 'vote Luna tonight', 'Luna to the final', 'give Luna a chance'], h, 4)
            || ' ' || made_up(h, 60) || ' ' || made_up(h, 63) || ' ' || pick(['she sang so well', 'best voice of the year', 'her band is great too', 'that last song though', 'I cried at the chorus', 'since the first show', 'love from my town', 'the jury was wrong', 'what a night', 'never miss a show'], h, 5)
            || ' ' || pick(getvariable('emoji'), h, 6) || ' ' || made_up(h, 66) as text
    from wave
);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from wave;
