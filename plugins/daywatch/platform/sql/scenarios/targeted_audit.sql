-- ---
-- team: quality
-- days: 7
-- benign: true
-- ---
-- QA looks harder at one vendor for a week, with targeted checks and openly: the random sample stays as it is.
-- Size: 4 in a hundred of one vendor's decisions get a targeted check (ordinary: 2 in a thousand), a week. Benign.
insert into knobs select ds, 'qa_audit', ['vendor_a', 'vendor_b', 'vendor_c'][1 + getvariable('turn')], 0.04 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts
from metric_shift('quality.qa_sampling_bias', 'vendor=' || ['vendor_a', 'vendor_b', 'vendor_c'][1 + getvariable('turn')], 0.0);
