-- ---
-- team: quality
-- days: 8
-- twins: [public_holiday, new_queue_launch]
-- newest: true
-- ---
-- One queue gets more work than its people can do: what they decide has waited longer each day, then it is worked off.
-- Size: 2 hours, half an hour or 6 minutes more waiting on the first day, growing by half of that a day for five days, then falling
-- (ordinary: six minutes, a fifth more or less by day and queue).
create or replace temp table swamped as
select ['minors', 'scams', 'general'][1 + getvariable('turn')] as queue, [2.0, 0.5, 0.1][1 + getvariable('turn')] as hours;

insert into knobs
select ds, 'backlog', queue, hours * (1 + 0.5 * least(ds - getvariable('start'), 9 - (ds - getvariable('start')))) from scenario_days(), swamped;

insert into truth_entities from entity('queue', (select queue from swamped));

insert into truth_metric_shifts
from metric_shifts(['quality.backlog_age', 'quality.turnaround'],
    (select 'queue_id=' || queue from swamped), (select hours from swamped));
