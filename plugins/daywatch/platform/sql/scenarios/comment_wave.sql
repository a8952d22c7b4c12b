-- ---
-- team: platform_abuse
-- days: 2
-- twins: [fan_campaign, holiday]
-- newest: true
-- ---
-- Bought accounts post one promotion under popular videos. Easy: one text, only numbers and smileys differ. Medium: paraphrased
-- around one offer and one link. Stealth: paraphrased throughout, and without a link.
-- Size: 60, 40 and 30 comments a day from 30, 22 and 18 accounts on two days (times the root of the platform's scale).
create or replace temp table wave as
select ds, n, seeded('wave', extra_id(ds, n)) as h,
    account_id(0, 3000 + 40 * getvariable('turn') + n % (([30, 22, 18][getvariable('turn') + 1] * sqrt(getvariable('scale')))::int)) as account_id
from (select ds, unnest(range(([60, 40, 30][getvariable('turn') + 1] * sqrt(getvariable('scale')))::int)) as n from scenario_days());

insert into extra_comments by name
select
    getvariable('scenario') as scenario_id,
    extra_id(ds, n) as comment_id, ds, event_ts, account_id, video_id, text,
    text_hash(text) as text_norm_hash, band(text) as minhash_band,
    case getvariable('turn') when 0 then 'cash-flow.example' when 1 then 'grow-fans.example' end as url_domain, 'en' as language,
    event_ts + interval 40 seconds as ingest_ts
from (
    select *, at_second(ds, 3600 + floor(u(h, 1) * 80000)::bigint) as event_ts,
        video_id(day_number(ds) - 1, 0, floor(u(h, 2) * 3)::bigint) as video_id,
        case getvariable('turn')
            when 0 then 'I made ' || (200 + floor(u(h, 3) * 700)::int) || ' dollars from home this week with this free app ' || pick(getvariable('emoji'), h, 4) || ' try it https://cash-flow.example/' || digits(h, 5, 6)
            when 1 then pick(['hey all', 'stop scrolling', 'small creators read this', 'tip of the day', 'nobody talks about this', 'quick one'], h, 6)
                || ' ' || pick(['want', 'need', 'looking for', 'dreaming of', 'ready for'], h, 7) || ' ' || pick(['real followers', 'a real audience', 'real fans', 'real views'], h, 8)
                || ' ' || pick(['overnight?', 'by tomorrow?', 'this week?', 'without bots?'], h, 9)
                || ' ' || pick(['message my page and grow now', 'message my page to grow now', 'my page can help you grow now'], h, 10)
                || ' https://grow-fans.example/' || digits(h, 5, 6) || ' ' || pick(['see you inside', 'ask for the starter pack', 'it only takes minutes', 'friends are already in', 'first hundred people only'], h, 11)
            else pick(['honestly', 'ok so', 'not gonna lie', 'my cousin told me', 'for anyone small like me', 'last month'], h, 6)
                || ' ' || pick(['I was stuck at 200 views until', 'nobody saw my clips before', 'everything changed once', 'my numbers doubled after', 'I stopped worrying since'], h, 7)
                || ' ' || pick(['I found growfans', 'growfans helped me', 'someone showed me growfans', 'I tried growfans'], h, 8)
                || ' ' || pick(['and now real followers come daily', 'with real followers every day', 'and real followers came overnight', 'real followers no bots'], h, 9)
                || ' ' || pick(['just search the name on telegram', 'look them up on telegram', 'they are on telegram', 'find them via telegram'], h, 10)
                || ' ' || pick(['trust me', 'worth it', 'you will see', 'thank me later', 'so happy now'], h, 11) || ' ' || pick(getvariable('emoji'), h, 4) end as text
    from wave
);

insert into truth_entities
select distinct getvariable('scenario'), 'account', account_id, getvariable('start'), getvariable('stop'), side() from wave
union all select getvariable('scenario'), 'comment', extra_id(ds, n), ds, ds, side() from wave;
