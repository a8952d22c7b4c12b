-- One about every five days; the newest are still open.
select
    'INC-' || trend_no as incident_id,
    started_ts + to_hours(2 + floor(u(h, 3) * 20)::int) as opened_ts,
    pick(['detection', 'detection', 'user_reports', 'press', 'partner'], h, 4) as detected_by,
    started_ts,
    case when first_day < getvariable('last_day') - 2 then mitigated_ts end as mitigated_ts,
    case when first_day < getvariable('last_day') - 9 then started_ts + to_hours(100 + floor(u(h, 6) * 90)::int) end as closed_ts,
    pick(['sev1', 'sev2', 'sev2', 'sev3', 'sev3'], h, 7) as severity,
    pick(['platform_abuse', 'risk', 'monetization', 'quality'], h, 8) as team,
    trend_id,
    market,
    case when first_day < getvariable('last_day') - 9 then pick(['new abuse pattern', 'rule regression', 'vendor staffing', 'launch'], h, 10) end as root_cause
from trends()
