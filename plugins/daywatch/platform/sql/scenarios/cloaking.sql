-- ---
-- team: monetization
-- days: 7
-- twins: [domain_migration]
-- newest: true
-- ---
-- Approved ads begin to show people another page than the scanner: homes are sent to another domain, or, in the stealth run, get
-- another page under the same address.
-- Size: three ads a run (times the platform's scale), scanned daily after reports; every home scan is cloaked, six in ten in the medium run; in the stealth run half, on one domain.
create or replace temp table cloaked_ads as
select ad_id(a, i) as ad_id
from advertisers_made, range(6) as own(i)
where created_ts < getvariable('start') - 30 and a % 5 = getvariable('turn') and u(seeded('ad', ad_id(a, i)), 1) < 0.96
    and u(seeded('scan', ad_id(a, i)), 7) > 0.1 and u(seeded('scan', ad_id(a, i)), 9) > 0.1
order by seeded('cloaker', ad_id(a, i)) limit 3 * getvariable('scale');

insert into knobs
select ds, case when getvariable('turn') = 2 then 'swap' else 'cloak' end, ad_id::varchar, [1.0, 0.6, 0.5][1 + getvariable('turn')]
from scenario_days(), cloaked_ads;
insert into knobs select ds, 'watched', ad_id::varchar, 1.0 from scenario_days(), cloaked_ads;

insert into truth_entities
select getvariable('scenario'), 'ad', ad_id::varchar, getvariable('start'), getvariable('stop'), side() from cloaked_ads;
