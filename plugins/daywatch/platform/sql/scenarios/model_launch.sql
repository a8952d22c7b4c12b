-- ---
-- team: monetization
-- days: 21
-- benign: true
-- ---
-- A new model takes over in one market, announced; its scores are lower throughout, and it acts on what it should.
-- Size: every decision of one market is model m14's for three weeks, with its row in policy_changes. Benign.
insert into knobs
select ds, 'model_power', ['US', 'BR', 'ID'][1 + getvariable('turn')], 0.9 from scenario_days();
insert into extra_policy_changes by name
select getvariable('scenario') as scenario_id, extra_id(getvariable('start'), 1) as change_id, getvariable('start') as ds,
    at_second(getvariable('start'), 0) as event_ts, 'model' as kind, 'm14' as object_id, 'm14 starts in one market' as description,
    ['US', 'BR', 'ID'][1 + getvariable('turn')] as market, at_second(getvariable('start'), 60) as ingest_ts;
insert into truth_metric_shifts
from metric_shift('monetization.score_drift', 'model_version=m14', 0);
