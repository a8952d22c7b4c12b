-- ---
-- team: monetization
-- days: 2
-- twins: [spend_season]
-- newest: true
-- ---
-- A competitor has an advertiser's budget clicked away from a few hosting networks.
-- Size: 160 clicks a day on one ad from two /24s and eight devices, under a second of dwell, no conversion, two days.
insert into extra_ad_clicks by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as event_id, ds, event_ts,
    ad_id(7 + getvariable('turn'), 0) as ad_id, account_id(1, 2000 + n % 40) as account_id,
    '45.155.' || (220 + n % 2) as ip24, 16276 as asn, 'dclick' || (n % 8) as device_id,
    200 + floor(u(h, 2) * 600)::int as dwell_ms, false as converted, event_ts + interval 60 seconds as ingest_ts
from (select ds, n, h, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts
    from (select ds, n, seeded('click', extra_id(ds, n)) as h
        from scenario_days(), range((160 * getvariable('strength') * sqrt(getvariable('scale')))::int) as clicks(n)));

insert into truth_entities from entity('ad', ad_id(7 + getvariable('turn'), 0));
