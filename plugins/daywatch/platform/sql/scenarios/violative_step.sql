-- ---
-- team: risk
-- days: 5
-- twins: [policy_change]
-- newest: true
-- ---
-- A new kind of violative video gets past the models: the violative share of views steps up, in Brazil at large, among those
-- whom Americans follow, or in the long tail of Mexico's For You.
-- Size: 9, 5.4 or 3.2 more violative views a day in a sample of 500 (11 points of Brazil, 22 points of 5 % of the sample, 20 points of
-- 3 %), for five days. Power: the cell's usual two days hold 1.3, .4 or .2, and chance shows 8, 5 or 5 less than once in 10,000 days;
-- so two days show easy with probability .999, medium with .99 and stealth with .78.
create or replace temp table cause as
select dim, dims, 9 * getvariable('strength') / (500 * part) * 500 / getvariable('sample') as points
from (values (0, 'BR', 'viewer_market=BR', 0.17), (1, 'US/following', 'viewer_market=US;surface=following', 0.05),
    (2, 'MX/for_you/tail', 'viewer_market=MX;surface=for_you;stratum=tail', 0.032)) as cells(turn, dim, dims, part)
where turn = getvariable('turn');
insert into knobs select ds, 'violative_rate', dim, points from scenario_days(), cause;
insert into truth_metric_shifts
select shift.* from cause, (values ('risk.violative_view_rate'), ('risk.change_attribution')) as tables(name),
    lateral (select * from metric_shift(name, dims, points)) as shift;
