-- ---
-- team: risk
-- days: 5
-- twins: [launch_growth]
-- newest: true
-- ---
-- Views move between surfaces. Search, where three times as much harm is found, grows and the overall rate rises though no rate
-- does; or views of followed people grow, where little is, and hide that rates rise everywhere.
-- Size: views in search times 3.5 (easy); followed people's views times 3 while every rate triples (medium); views in search times 2.3
-- (stealth), for five days. Power: the mix is counted, not sampled, and moves the rate by 30 %, -25 % and 16 %, where a usual day moves it
-- by 4 %; of the medium run's tripled rates a sample of 500
-- shows 8 a day in place of 3, which two days of it show with probability .68; the mix alone is seen at once.
insert into knobs
select ds, 'more_views', ['search', 'following', 'search'][1 + getvariable('turn')], [2.5, 2.0, 1.3][1 + getvariable('turn')] from scenario_days();
insert into knobs select ds, 'violative_factor', 'all', 2.0 from scenario_days() where getvariable('turn') = 1;
insert into truth_metric_shifts
from metric_shift('risk.mix_shift', 'surface=' || ['search', 'following', 'search'][1 + getvariable('turn')], [2.5, 2.0, 1.3][1 + getvariable('turn')]);
insert into truth_metric_shifts
select * from metric_shift('risk.change_attribution', '', 2.0) where getvariable('turn') = 1;
-- so many more views are a rise of all views too
insert into truth_metric_shifts
select * from metric_shift('risk.harm_exposure', 'surface=following', 2.0) where getvariable('turn') = 1;
insert into truth_metric_shifts
select * from metric_shift('risk.violative_view_rate', '', [0.3, 1.4, 0.16][1 + getvariable('turn')]);
