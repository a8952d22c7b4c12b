-- One about every five days; the newest are still open.
select
    'INC-' || daynum as incident_id,
    started_ts + to_hours(2 + floor(u(h, 3) * 20)::int) as opened_ts,
    pick(['detection', 'detection', 'user_reports', 'press', 'partner'], h, 4) as detected_by,
    started_ts,
    case when day < getvariable('last_day') - 2 then started_ts + to_hours(26 + floor(u(h, 5) * 60)::int) end as mitigated_ts,
    case when day < getvariable('last_day') - 9 then started_ts + to_hours(100 + floor(u(h, 6) * 90)::int) end as closed_ts,
    pick(['sev1', 'sev2', 'sev2', 'sev3', 'sev3'], h, 7) as severity,
    pick(['platform_abuse', 'risk', 'monetization', 'quality'], h, 8) as team,
    'TR-' || daynum as trend_id,
    pick(getvariable('market_names'), h, 9) as market,
    case when day < getvariable('last_day') - 9 then pick(['new abuse pattern', 'rule regression', 'vendor staffing', 'launch'], h, 10) end as root_cause
from (
    select daynum, day, row_hash('incident', daynum, 0, 0) as h, at_second(day, floor(u(row_hash('incident', daynum, 0, 0), 2) * 80000)::bigint) as started_ts
    from plan where name = 'signups' and m = 0
) where u(h, 1) < 0.2
