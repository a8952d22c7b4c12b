-- Every ad once a week, from a datacentre and from a home.
select
    event_id(daynum, 2 * (ad_id - 7000000000) + v) as scan_id,
    day as ds,
    event_ts,
    ad_id,
    ['datacentre', 'residential'][1 + v] as vantage,
    case when u(vh, 1) < 0.97 then 200 when u(vh, 1) < 0.99 then 404 else 503 end as http_status,
    landing_domain as final_domain,
    floor(u(h, 2) * 3)::int as redirect_hops,
    (hash(landing_domain, daynum // 14) >> 1)::bigint as content_hash,
    (hash(landing_domain) >> 1)::bigint as simhash,
    30 + floor(u(hash(landing_domain), 3) * 3000)::int + daynum - 9000 as domain_age_days,
    arrives(event_ts, vh, 4) as ingest_ts
from (
    select *, seeded('scan', ad_id) as h, row_hash('scan', daynum, ad_id, v) as vh,
        at_second(day, floor(u(row_hash('scan', daynum, ad_id, v), 5) * 86000)::bigint) as event_ts
    from (select *, unnest([0, 1]) as v from ads inner join days_now() on ads.created_ts < day and ad_id % 7 = daynum % 7)
)
