-- ---
-- team: quality
-- days: 16
-- twins: [hard_calibration]
-- newest: true
-- ---
-- A guideline can be read in two ways since its last edit: reviewers disagree on its items, and on no others.
-- Size: of the labels on one policy's calibration items, 45, 30 or 12 in a hundred more are a matter of taste (ordinary: 6), for
-- sixteen days; its random checks go wrong 22, 15 or 6 points more often and its appeals succeed 11, 7 or 3 points more often.
-- At size S that is 45 labels a day on three items of the policy: 18, 13 and 7 wrong ones where 3 are usual.
create or replace temp table unclear as
select ['violence', 'illegal_or_harmful_speech', 'protection_of_minors'][1 + getvariable('turn')] as policy, [0.45, 0.30, 0.12][1 + getvariable('turn')] as share;

insert into knobs
select ds, 'unclear', policy, share from scenario_days(), unclear
union all select ds, 'ambiguous', policy, share / 2 from scenario_days(), unclear;

insert into truth_metric_shifts
from metric_shifts(['quality.rater_agreement', 'quality.overturn_rate'],
    (select 'policy_id=' || policy from unclear), (select -share from unclear));
