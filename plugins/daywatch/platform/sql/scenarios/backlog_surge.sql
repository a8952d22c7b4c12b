-- ---
-- team: quality
-- days: 8
-- twins: [public_holiday, new_queue_launch]
-- newest: true
-- ---
-- Two queues (or the largest) get more work than their people can do: what they decide has waited longer each day, then it is worked off.
-- Size: 2 hours, half an hour or 6 minutes more waiting on the first day, growing by half of that a day for five days, then falling
-- (ordinary: six minutes, a fifth more or less by day and queue). Small queues have nobody on shift on two days a week: of each pair one works.
create or replace temp table swamped as
select unnest([['minors', 'vip'], ['scams', 'ads'], ['general']][1 + getvariable('turn')]) as queue, [2.0, 0.5, 0.1][1 + getvariable('turn')] as hours;

insert into knobs
select ds, 'backlog', queue, hours * (1 + 0.5 * least(ds - getvariable('start'), 9 - (ds - getvariable('start')))) from scenario_days(), swamped;

insert into truth_entities
select getvariable('scenario'), 'queue', queue, getvariable('start'), getvariable('stop'), side() from swamped;

insert into truth_metric_shifts
from metric_shifts(['quality.backlog_age', 'quality.turnaround'],
    (select 'queue_id=' || string_agg(queue, ',' order by queue) from swamped), (select max(hours) from swamped));
