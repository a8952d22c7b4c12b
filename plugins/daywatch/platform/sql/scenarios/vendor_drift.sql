-- ---
-- team: quality
-- days: 14
-- twins: [easier_mix]
-- newest: true
-- ---
-- One vendor rotates in untrained people: its decisions get worse.
-- Size: the accuracy of vendor_b falls by 14 points, from 94 % to 80 %, for two weeks.
insert into knobs select ds, 'accuracy', 'vendor_b', -0.14 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts
from metric_shift('quality.accuracy', 'vendor=vendor_b', -0.14 * getvariable('strength'));
