-- ---
-- team: quality
-- days: 2
-- benign: true
-- ---
-- The trainers pick harder items than usual for two days' calibration, from all policies alike.
-- Size: 8 labels in a hundred more are wrong, on every policy, for two days. Benign.
insert into knobs select ds, 'unclear', 'all', 0.08 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts from metric_shift('quality.rater_agreement', 'policy_id=all', -0.08);
