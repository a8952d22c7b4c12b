-- ---
-- team: quality
-- days: 14
-- twins: [golden_refresh]
-- ---
-- The golden items and their answers go round among reviewers: golden accuracy rises away from random, and nobody watches them.
-- Size: with all vendors, with two, or with one of them for two weeks, golden accuracy 94 % becomes 99, 98 or 97 %, and of a golden
-- item 85, 70 or 55 % less is watched. At size S twelve golden items a day, three a vendor: accuracy alone could not tell it in a month
-- (0.9 fewer wrong answers a day in all), the time watched tells it in two days.
create or replace temp table told as
select unnest([['in_house', 'vendor_a', 'vendor_b', 'vendor_c'], ['vendor_a', 'vendor_b'], ['vendor_c']][1 + getvariable('turn')]) as vendor,
    [0.85, 0.70, 0.55][1 + getvariable('turn')] as share;

insert into knobs select ds, 'golden_leak', vendor, share from scenario_days(), told;

insert into truth_metric_shifts
from metric_shifts(['quality.golden_gap'],
    (select 'vendor=' || string_agg(vendor, ',' order by vendor) from told), (select max(share) from told));
