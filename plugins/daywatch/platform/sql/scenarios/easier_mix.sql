-- ---
-- team: quality
-- days: 18
-- benign: true
-- newest: true
-- ---
-- The general queue gets easier items, so everybody there looks better without being better.
-- Size: violative share of the general queue down by 7 points, its accuracy up by 3, eighteen days. Benign.
insert into knobs select ds, 'easy_mix', 'general', -0.5 * getvariable('strength') from scenario_days();
insert into knobs select ds, 'queue_accuracy', 'general', 0.03 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts
from metric_shift('quality.accuracy_random', 'queue_id=general', 0.03) union all from metric_shift('quality.accuracy_drift', 'queue_id=general', 0.03)
union all from metric_shift('quality.accuracy_chart', 'queue_id=general', 0.03) union all from metric_shift('quality.model_disagreement', 'queue_id=general', -0.02);
