-- ---
-- team: quality
-- days: 2
-- benign: true
-- ---
-- A public holiday at the sites: fewer people, fewer reviews, and all queues wait a little longer.
-- Size: a third fewer reviews for two days, two minutes more waiting in every queue. Benign.
insert into knobs
select ds, 'day_off', 'all', 0.33 * getvariable('strength') from scenario_days()
union all select ds, 'backlog', queue, 0.03 from scenario_days(), (select unnest(['general', 'minors', 'scams', 'vip', 'ads', 'appeals']) as queue);
insert into truth_metric_shifts
from metric_shift('quality.backlog_age', 'queue_id=all', 0.03) union all from metric_shift('quality.turnaround', 'queue_id=all', 0.03);
