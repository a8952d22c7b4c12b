with draws as (
    select *, row_hash('login', daynum, m, i) as h from (select *, unnest(range(n)) as i from today('logins'))
),

persons as (
    select *, account_id(m, case when u(h, 1) < 0.4 then heavy(u(h, 2), pop) else floor(u(h, 2) * pop)::bigint end) as account_id,
        at_second(day, day_second(h, 3, utc_offset)) as event_ts
    from draws
),

seen as (
    -- one in twelve is away from home, one in a hundred on another device
    select *, account_hash(account_id) as home, case when u(h, 5) < 0.08 then h else account_hash(account_id) end as net from persons
)

select
    event_id(daynum, first + i) as event_id,
    day as ds,
    event_ts,
    account_id,
    case when u(h, 6) < 0.01 then null when u(h, 6) < 0.02 then device(h) else device(home) end as device_id,
    ip24(net, m) || '.' || (1 + floor(u(net, 15) * 253)::int) as ip,
    ip24(net, m) as ip24,
    asn(net, m) as asn,
    case when u(h, 7) < 0.015 then pick(['US', 'GB', 'DE', 'ES', 'SA'], h, 8) else market end as country,
    ip_type(net) as ip_type,
    u(h, 9) >= 0.045 as success,
    u(home, 42) < 0.18 as mfa,
    case when u(h, 10) >= 0.02 then floor(25 + 60 * exp(0.7 * bell(h, 51)))::int end as rtt_ms,
    arrives(event_ts, h, 52) as ingest_ts
from seen
