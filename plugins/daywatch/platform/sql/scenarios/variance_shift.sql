-- ---
-- team: risk
-- days: 12
-- twins: [policy_change]
-- ---
-- Somebody floods in bursts: the violative rate swings from day to day, and its mean stays what it was.
-- Size: all, nine tenths or half of six days' harm falls on one of them, for twelve days. Power: of 3.7 violative views a day in a
-- sample of 500 the high days have 22, 20 or 13; chance shows 14 less than once in 10,000 days, so that a high day is seen with
-- probability .97, .94 and .41, and one of two stealthy ones with .65.
create or replace temp table swing as select [1.0, 0.9, 0.5][1 + getvariable('turn')] as moved;
insert into knobs
select ds, 'violative_factor', 'all', moved * case when (ds - getvariable('start')) % 6 = 0 then 5 else -1 end from scenario_days(), swing;
insert into truth_metric_shifts
select shift.* from swing, (values ('risk.violative_view_rate'), ('risk.change_attribution')) as tables(name),
    lateral (select * from metric_shift(name, '', 5 * moved)) as shift;
