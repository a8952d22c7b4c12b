-- ---
-- team: quality
-- days: 7
-- benign: true
-- ---
-- QA tries a new golden set beside the old one: more golden items for a week, watched as all others.
-- Size: 6 in a thousand decisions more are golden items, for a week. Benign.
insert into knobs select ds, 'golden_more', 'all', 0.006 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts from metric_shift('quality.golden_gap', 'vendor=all', 0.0);
