-- ---
-- team: monetization
-- days: 3
-- twins: [campus_clicks, spend_season]
-- newest: true
-- ---
-- A competitor has an advertiser's budget clicked away: hardly anybody stays a second, nobody buys.
-- Size: 160 clicks a day on one ad from two hosting /24s and eight devices, all under a second; medium: 96 from four VPN /24s and 24 devices, seven in ten short; stealth: 56 from eight homes' /24s and 40 devices, four in ten short.
create or replace temp table clicked_ad as
select ad_id(a, i) as ad_id
from advertisers_made, range(6) as own(i)
where created_ts < getvariable('start') - 10 and a % 4 = getvariable('turn')
    and u(seeded('ad', ad_id(a, i)), 1) < 0.96 and u(seeded('ad', ad_id(a, i)), 31) < 0.7
order by seeded('clicked', ad_id(a, i)) limit 1;

create or replace temp table click_networks as
select k, case getvariable('turn') when 0 then '45.155.' || (220 + k) when 1 then '185.21.' || (205 + 3 * k)
    else (21 + k % 3) || '.' || (40 + 7 * k) || '.' || floor(u(seeded('click net', k), 1) * 250)::int end as ip24
from range([2, 4, 8][1 + getvariable('turn')]) as networks(k);

insert into extra_ad_clicks by name
select getvariable('scenario') as scenario_id, extra_id(ds, n) as event_id, ds, event_ts,
    ad_id, account_id(1, 2000 + n % 70) as account_id, ip24, [16276, 9009, 30001][1 + getvariable('turn')] as asn,
    'dclick' || getvariable('turn') || '-' || (n % [8, 24, 40][1 + getvariable('turn')]) as device_id,
    case when u(h, 3) < [1.0, 0.7, 0.4][1 + getvariable('turn')] then 150 + floor(u(h, 2) * 750)::int
        else floor(400 + 9000 * exp(1.1 * bell(h, 6)))::int end as dwell_ms,
    false as converted, event_ts + interval 60 seconds as ingest_ts
from (select ds, n, h, at_second(ds, floor(u(h, 1) * 86000)::bigint) as event_ts
    from (select ds, n, seeded('click', extra_id(ds, n)) as h
        from scenario_days(), range((160 * getvariable('strength') * sqrt(getvariable('scale')))::int) as clicks(n))),
    clicked_ad, click_networks
where k = n % [2, 4, 8][1 + getvariable('turn')];

insert into truth_entities
select getvariable('scenario'), 'ad', ad_id::varchar, getvariable('start'), getvariable('stop'), side() from clicked_ad
union all
select getvariable('scenario'), 'ip', ip24, getvariable('start'), getvariable('stop'), side() from click_networks;
