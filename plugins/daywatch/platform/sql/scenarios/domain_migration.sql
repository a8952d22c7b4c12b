-- ---
-- team: monetization
-- days: 14
-- benign: true
-- ---
-- A shop renames itself after its ads were approved: whoever looks, from a datacentre or from home, is sent to the new young domain.
-- Size: four ads of one advertiser (times the platform's scale), scanned daily meanwhile, two weeks. Benign.
create or replace temp table moved_ads as
select ad_id(a, i) as ad_id
from advertisers_made, range(4) as own(i)
where created_ts < getvariable('start') - 30 and a % 5 = 3
order by seeded('mover', a * 10 + getvariable('turn')), i limit 4 * getvariable('scale');

insert into knobs select ds, 'moved', ad_id::varchar, 1.0 from scenario_days(), moved_ads;
insert into knobs select ds, 'watched', ad_id::varchar, 1.0 from scenario_days(), moved_ads;

insert into truth_entities
select getvariable('scenario'), 'ad', ad_id::varchar, getvariable('start'), getvariable('stop'), side() from moved_ads;
