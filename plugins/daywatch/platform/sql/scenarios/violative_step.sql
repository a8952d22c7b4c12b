-- ---
-- team: risk
-- days: 7
-- twins: [policy_change]
-- newest: true
-- ---
-- A new kind of violative video gets past the models in Brazil: the violative share of views steps up.
-- Size: 8 percentage points of Brazil's views for a week.
insert into knobs select ds, 'violative_rate', 'BR', 0.08 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts
from metric_shift('risk.violative_view_rate', 'viewer_market=BR', 0.08 * getvariable('strength'));
