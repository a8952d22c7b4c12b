-- ---
-- team: monetization
-- days: 6
-- twins: [spend_season]
-- ---
-- Placement breaks for one kind of advertiser: its ads run beside violative videos more often than others'.
-- Size: impressions beside violative content of one vertical times 4 for six days; medium times 2.8, stealth times 2.05.
insert into knobs
select ds, 'unsafe', ['games', 'beauty', 'travel'][1 + getvariable('turn')], 3.0 * getvariable('strength') from scenario_days();
insert into truth_metric_shifts
from metric_shift('monetization.brand_safety', 'vertical=' || ['games', 'beauty', 'travel'][1 + getvariable('turn')], 3.0 * getvariable('strength'));
