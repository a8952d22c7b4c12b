-- ---
-- team: quality
-- days: 12
-- benign: true
-- newest: true
-- ---
-- A queue for live streams starts with a part of the general queue's work; its people are new to it, and slower.
-- Size: a third of the general queue's tasks for twelve days, 3 points less accuracy, three minutes more waiting. Benign.
create or replace temp table launched as select ['live', 'live_music', 'live_sales'][1 + getvariable('turn')] as queue;

insert into knobs
select ds, 'launch', queue, 0.33 * getvariable('strength') from scenario_days(), launched
union all select ds, 'queue_accuracy', queue, -0.03 from scenario_days(), launched
union all select ds, 'backlog', queue, 0.05 from scenario_days(), launched;

insert into extra_policy_changes by name
select getvariable('scenario') as scenario_id, extra_id(getvariable('start'), 1) as change_id, getvariable('start') as ds,
    at_second(getvariable('start'), 18000) as event_ts, 'launch' as kind, queue as object_id, 'review queue opened' as description,
    at_second(getvariable('start'), 18100) as ingest_ts
from launched;

insert into truth_entities from entity('queue', (select queue from launched));

insert into truth_metric_shifts
from metric_shifts(['quality.backlog_age', 'quality.turnaround', 'quality.qa_sampling_bias', 'quality.accuracy_random'],
    (select 'queue_id=' || queue from launched), (select -0.03 from launched));
