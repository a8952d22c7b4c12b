-- ---
-- team: monetization
-- days: 10
-- benign: true
-- ---
-- Shops spend more before the season, on the cards they always use.
-- Size: retail clicks, spend and payments up by 80 %, ten days. Benign.
insert into knobs select ds, 'spend', 'retail', 0.8 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts from metric_shift('monetization.spend', 'vertical=retail', 0.8 * getvariable('strength'));
