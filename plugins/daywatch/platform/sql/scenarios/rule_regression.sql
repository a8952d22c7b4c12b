-- ---
-- team: monetization
-- days: 8
-- twins: [spam_wave_caught]
-- ---
-- A word list is changed and a rule takes down ordinary comments in one market; elsewhere it is as good as ever.
-- Size: 90 removals a day more of one comment rule in one market (times the platform's scale), of the rule's removals there 15 % are right instead of 93 %; medium: 54 and 46 %; stealth: 32 and 66 %.
create or replace temp table regressed as
select ['comment_scam_links', 'comment_hate_text', 'comment_nudity'][1 + getvariable('turn')] as rule_id,
    ['BR', 'MX', 'ID'][1 + getvariable('turn')] as market, -0.78 * getvariable('strength') as change;

insert into knobs select ds, 'rule_precision', rule_id || '/' || market, change from scenario_days(), regressed;
insert into extra_automod_decisions by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as decision_id, ds, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts,
    'comment' as target_type, extra_id(ds, n) as target_id, rule_id,
    case when ds < getvariable('last_day') - 25 then 'm12' else 'm13' end as model_version, round(0.9 + 0.0999 * u(h, 2), 4) as score,
    case when u(h, 2) < 0.7 then 'limit' else 'remove' end as outcome, market, round(0.0002 + 0.0006 * u(h, 3), 6) as cost_usd,
    at_second(ds, floor(u(h, 1) * 86000)::bigint) + interval 90 seconds as ingest_ts
from (select ds, n, seeded('regressed', extra_id(ds, n)) as h
    from scenario_days(), range((90 * getvariable('strength') * getvariable('scale'))::int) as acts(n)), regressed;

insert into truth_metric_shifts
select shift.* from regressed, metric_shift('monetization.rule_precision', 'rule_id=' || rule_id || ',market=' || market, change) as shift;
insert into truth_entities
select getvariable('scenario'), 'rule', rule_id, getvariable('start'), getvariable('stop'), side() from regressed;
