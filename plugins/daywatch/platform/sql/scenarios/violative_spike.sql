-- ---
-- team: risk
-- days: 1
-- twins: [policy_change]
-- ---
-- One cruel clip goes viral for a day, in Mexico, Brazil or the United States, before people take it down in the evening.
-- Size: 23, 14 or 8 thousand views of 230 thousand that day; the sample of 500 holds about 13, 10 or 8 of them. Power: a market's usual
-- day holds .4 to .7 violative ones, chance shows 5 or 6 less than once in 10,000 days, so the probabilities are .997, .95 and .87; the index of severity and exposure about doubles.
create or replace temp table clip as
select extra_id(getvariable('start'), 1) as video_id, market, m, language, floor(23000 * getvariable('strength') * getvariable('engagements') / 50000)::bigint as views
from markets where market = ['MX', 'BR', 'US'][1 + getvariable('turn')];

insert into extra_videos by name
select getvariable('scenario') as scenario_id, video_id, account_id(m, 77) as account_id, at_second(getvariable('start'), 600) as created_ts, market, language,
    24 as duration_s, 'you have to see this' as caption, text_hash('you have to see this') as caption_minhash, '#wow' as hashtag_set, 7 as sound_id,
    (seeded('clip', video_id) >> 1)::bigint as phash, 'removed' as status
from clip;
insert into extra_video_views_daily by name
select getvariable('scenario') as scenario_id, getvariable('start') as ds, video_id, market as viewer_market, 'for_you' as surface, views,
    floor(0.9 * views)::bigint as unique_viewers, 14.5 as avg_watch_s, 0 as views_after_report
from clip;
insert into extra_enforcement_actions by name
select getvariable('scenario') as scenario_id, extra_id(getvariable('start'), 2) as action_id, getvariable('start') as ds,
    at_second(getvariable('start'), 79000) as event_ts, 'video' as target_type, video_id as target_id, account_id(m, 77) as owner_account_id,
    'protection_of_minors' as policy_id, 'remove' as action, 'human_review' as source, market, at_second(getvariable('start'), 79060) as ingest_ts
from clip;
insert into knobs select getvariable('start'), 'violative_video', video_id::varchar, 1.0 from clip;

insert into truth_entities select one.* from clip, lateral (select * from entity('video', video_id)) as one;
insert into truth_metric_shifts
select shift.* from clip,
    (values ('risk.violative_view_rate'), ('risk.change_attribution'), ('risk.severity_exposure'), ('risk.harm_exposure')) as tables(name),
    lateral (select * from metric_shift(name, 'viewer_market=' || market, views::double)) as shift;
