-- ---
-- team: risk
-- days: 2
-- benign: true
-- ---
-- People in one market have two days off: they watch and engage more, or, on a quiet holiday, less.
-- Size: views and engagements of Mexico up by 25 %, of Saudi Arabia down by 15 %, or of the United Kingdom up by 20 %, for two days. Benign.
create or replace temp table off_work as
select ['MX', 'SA', 'GB'][1 + getvariable('turn')] as market, [0.25, -0.15, 0.2][1 + getvariable('turn')] as more;
insert into knobs select ds, 'seen_more', market, more from scenario_days(), off_work;
update plan set n = floor(n * (1 + (select more from off_work)))::bigint, first = 600000000 + m * 30000000
where name = 'engagements' and market = (select market from off_work) and day in (select ds from scenario_days());
insert into truth_metric_shifts
select one.* from off_work, lateral (select * from metric_shift('risk.data_health', 'market=' || market, more)) as one;
