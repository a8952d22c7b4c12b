with draws as (
    select *, row_hash('click', day_number(day), ad_id, placement || i) as h
    from (select ds as day, ad_id, market, placement, conversions, clicks, unnest(range(clicks)) as i from ad_delivery_daily)
),

persons as (
    select draws.*, cells.m, cells.utc_offset, account_id(cells.m, floor(pow(u(h, 1), 1.5) * cells.pop)::bigint) as account_id
    from draws inner join today('engagements') as cells using (market, day)
),

placed as (
    select *, account_hash(account_id) as home, at_second(day, day_second(h, 2, utc_offset)) as event_ts from persons
)

select
    event_id(day_number(day), row_number() over (partition by day order by ad_id, placement, i)) as event_id,
    day as ds,
    event_ts,
    ad_id,
    account_id,
    ip24(home, m) as ip24,
    asn(home, m) as asn,
    case when u(h, 4) >= 0.01 then device(home) end as device_id,
    case when u(h, 5) >= 0.02 then floor(400 + 9000 * exp(1.1 * bell(h, 6)))::int end as dwell_ms,
    i < conversions as converted,
    arrives(event_ts, h, 7) as ingest_ts
from placed
