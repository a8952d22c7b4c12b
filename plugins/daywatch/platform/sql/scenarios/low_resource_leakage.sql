-- ---
-- team: quality
-- days: 14
-- twins: [seen_abroad]
-- newest: true
-- ---
-- Nobody reads a small language well any more: what its users report stays up longer and is seen, and reviewers miss more.
-- Size: in one market (Arabic, Japanese, Indonesian) 3.2, 2.9 or 1.35 times as many reported videos go on being seen, and 10, 6 or 3
-- points more of the approvals there are wrong, for two weeks. At size S 11, 8 or 23 such videos a day are usual:
-- three and more deviations in two days for the first two, one and a half a day for the third.
create or replace temp table unread as
select ['SA', 'JP', 'ID'][1 + getvariable('turn')] as market, [2.2, 1.9, 0.35][1 + getvariable('turn')] as more, [0.10, 0.06, 0.03][1 + getvariable('turn')] as missed;

insert into knobs
select ds, 'left_up', market, more from scenario_days(), unread union all select ds, 'missed', market, missed from scenario_days(), unread;

insert into truth_metric_shifts
from metric_shifts(['quality.leakage', 'risk.harm_exposure', 'quality.accuracy_drift'],
    (select 'market=' || market from unread), (select more from unread));
