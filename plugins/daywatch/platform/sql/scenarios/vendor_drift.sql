-- ---
-- team: quality
-- days: 18
-- twins: [easier_mix]
-- newest: true
-- ---
-- One vendor rotates in untrained people: its decisions get worse, by 14, 10 or 4 points of accuracy, for eighteen days.
-- Size: 94 % becomes 80, 84 or 90 %. Power at size S, where a vendor has about 16 random checks and 375 decisions a day: from the
-- checks alone, 432 are needed to see 4 points at one-sided .0035 with power .8 (27 days), 35 for 14 points (over two days).
-- What 375 decisions differ from the model tells 14 points with 4.9 deviations a day, 10 with 3.5, 4 with 1.4 (5.2 in fourteen
-- days): so the first two are to be seen within two days, the third within the fortnight at most.
create or replace temp table drifting as
select ['vendor_b', 'vendor_c', 'vendor_a'][1 + getvariable('turn')] as vendor, [-0.14, -0.10, -0.04][1 + getvariable('turn')] as points;

insert into knobs select ds, 'accuracy', vendor, points from scenario_days(), drifting;

insert into truth_metric_shifts
from metric_shifts(['quality.model_disagreement', 'quality.accuracy_random', 'quality.reviewer_accuracy', 'quality.accuracy_chart',
        'quality.accuracy_drift', 'quality.harm_per_unit_chart', 'quality.lot_acceptance'],
    (select 'vendor=' || vendor from drifting), (select points from drifting));
