-- ---
-- team: monetization
-- days: 5
-- benign: true
-- ---
-- Spam comes in a wave and the rule takes it down, as precisely as ever: more removals, no more mistakes.
-- Size: 80 right removals a day more of the comment spam rule in one market (times the platform's scale), five days. Benign.
insert into extra_automod_decisions by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as decision_id, ds, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts,
    'comment' as target_type, extra_id(ds, n) as target_id, 'comment_spam_v3' as rule_id,
    case when ds < getvariable('last_day') - 25 then 'm12' else 'm13' end as model_version, round(0.9 + 0.0999 * u(h, 2), 4) as score,
    case when u(h, 2) < 0.7 then 'limit' else 'remove' end as outcome, ['US', 'GB', 'DE'][1 + getvariable('turn')] as market,
    round(0.0002 + 0.0006 * u(h, 3), 6) as cost_usd, at_second(ds, floor(u(h, 1) * 86000)::bigint) + interval 90 seconds as ingest_ts
from (select ds, n, seeded('wave', extra_id(ds, n)) as h from scenario_days(), range((80 * getvariable('scale'))::int) as acts(n));

insert into truth_metric_shifts from metric_shift('monetization.rule_precision', 'rule_id=comment_spam_v3', 0);
