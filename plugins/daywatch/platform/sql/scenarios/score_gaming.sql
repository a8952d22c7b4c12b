-- ---
-- team: monetization
-- days: 7
-- twins: [model_launch]
-- ---
-- Spammers have found what the model lets pass and rewrite until they are just under the line of review.
-- Size: decisions of one comment rule up by a sixth, all scored .66 to .75, for a week; medium by a ninth, stealth by a sixteenth.
create or replace temp table gamed as
select ['comment_minor_safety', 'comment_scam_links', 'comment_hate_text'][1 + getvariable('turn')] as rule_id;

insert into extra_automod_decisions by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as decision_id, ds, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts,
    'comment' as target_type, extra_id(ds, n) as target_id, rule_id,
    case when ds < getvariable('last_day') - 25 then 'm12' else 'm13' end as model_version, round(0.66 + 0.0899 * u(h, 2), 4) as score,
    'allow' as outcome, pick(getvariable('market_draw'), h, 4) as market, round(0.0002 + 0.0006 * u(h, 3), 6) as cost_usd,
    at_second(ds, floor(u(h, 1) * 86000)::bigint) + interval 90 seconds as ingest_ts
from (select ds, n, seeded('gamed', extra_id(ds, n)) as h
    from scenario_days(), range(least(199999, 0.028 * getvariable('comments') * getvariable('strength'))::int) as items(n)), gamed;

insert into truth_metric_shifts
select shift.* from gamed, metric_shift('monetization.score_drift', 'rule_id=' || rule_id, 0.17 * getvariable('strength')) as shift;
insert into truth_entities
select getvariable('scenario'), 'rule', rule_id, getvariable('start'), getvariable('stop'), side() from gamed;
