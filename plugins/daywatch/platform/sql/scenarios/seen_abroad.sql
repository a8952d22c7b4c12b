-- ---
-- team: quality
-- days: 5
-- benign: true
-- ---
-- A market watches more than usual (a series ends, a match is played); the share of it that was reported stays as it is.
-- Size: a quarter more views in one market for five days. Benign.
insert into knobs select ds, 'seen_more', ['SA', 'JP', 'ES'][1 + getvariable('turn')], 0.25 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts from metric_shift('quality.leakage', 'market=' || ['SA', 'JP', 'ES'][1 + getvariable('turn')], 0.0);
