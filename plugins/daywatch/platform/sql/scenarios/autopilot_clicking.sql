-- ---
-- team: integrity
-- days: 10
-- twins: [surge_overtime]
-- ---
-- A moderator stops looking: approves what comes, within seconds, for most of the shift.
-- Size: one moderator, 80 % of the decisions at a glance and approved, for ten days.
set variable actor = on_duty(0);
insert into knobs select ds, 'autopilot', staff_id(getvariable('actor'))::varchar, 0.8 * getvariable('strength') from scenario_days();
insert into knobs select ds, 'accuracy', staff_id(getvariable('actor'))::varchar, -0.18 * getvariable('strength') from scenario_days();
insert into truth_entities from entity('staff', staff_id(getvariable('actor')));
