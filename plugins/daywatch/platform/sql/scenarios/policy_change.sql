-- ---
-- team: risk
-- days: 21
-- benign: true
-- newest: true
-- ---
-- A policy in Germany gets stricter, so more of the same views count as violative from that day.
-- Size: 1 percentage point of Germany's views, with its row in policy_changes. Benign.
insert into knobs select ds, 'violative_rate', 'DE', 0.01 * getvariable('strength') from scenario_days();
insert into extra_policy_changes by name
select getvariable('scenario') as scenario_id, extra_id(getvariable('start'), 1) as change_id, getvariable('start') as ds,
    at_second(getvariable('start'), 28800) as event_ts, 'policy' as kind, 'unsafe_and_illegal_products' as object_id,
    'stricter rule for unlabelled product placement' as description, 'DE' as market, at_second(getvariable('start'), 28900) as ingest_ts;
insert into truth_metric_shifts
select shift.* from (values ('risk.violative_view_rate'), ('risk.change_attribution')) as tables(name),
    lateral (select * from metric_shift(name, 'viewer_market=DE', 0.01 * getvariable('strength'))) as shift;
