-- ---
-- team: quality
-- days: 14
-- twins: [targeted_audit]
-- ---
-- The random sample stops being random: one vendor's decisions are passed over, though the recorded inclusion probability stays.
-- Size: 90, 70 or 40 % of one vendor's random checks are not made, for two weeks. At size S 32 checks in two days become 3, 10 or 19.
create or replace temp table passed_over as
select ['vendor_c', 'vendor_a', 'vendor_b'][1 + getvariable('turn')] as vendor, [0.9, 0.7, 0.4][1 + getvariable('turn')] as share;

insert into knobs select ds, 'qa_skip', vendor, share from scenario_days(), passed_over;

insert into truth_metric_shifts
from metric_shifts(['quality.qa_sampling_bias'],
    (select 'vendor=' || vendor from passed_over), (select -share from passed_over));
