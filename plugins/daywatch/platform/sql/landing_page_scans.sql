-- Every ad once a week, a young one every day, from a datacentre and from a home. Homes may see a page in their own
-- language on a subdomain; one ad in fifty goes through one of two trackers by chance, one in thirty has a page that is never the
-- same twice. Scenarios bend `cloak` (homes see another domain), `swap` (the same domain, another page) and `moved` (all see a new domain).
with due as (
    select *, seeded('scan', ad_id) as h, bent('cloak', ad_id::varchar, day) as cloak, bent('swap', ad_id::varchar, day) as swap,
        bent('moved', ad_id::varchar, day) as moved, bent('watched', ad_id::varchar, day) as watched
    from ads inner join days_now() on ads.created_ts < day
),

scans as (
    select *, row_hash('scan', daynum, ad_id, v) as vh, row_hash('scan', daynum, ad_id, 9) as dh
    from (
        select *, unnest([0, 1]) as v from due
        where ad_id % 7 = daynum % 7 or created_ts >= day - 7 or watched > 0
    )
),

seen as (
    select *,
        v = 1 and u(vh, 6) < cloak as cloaked,
        v = 1 and u(vh, 6) < swap as swapped,
        case when moved > 0 then 'new-' || landing_domain
            when u(h, 7) < 0.02 then pick(['go.', 'click.'], vh, 8) || 'trackly.example.net'
            when v = 1 and u(h, 7) < 0.06 then lower(market) || '.' || landing_domain
            else landing_domain end as open_domain,
        u(h, 9) < 0.03 as lively
    from scans
)

select
    event_id(daynum, 2 * (ad_id - 7000000000) + v) as scan_id,
    day as ds,
    at_second(day, floor(u(vh, 5) * 86000)::bigint) as event_ts,
    ad_id,
    ['datacentre', 'residential'][1 + v] as vantage,
    case when u(vh, 1) < 0.97 then 200 when u(vh, 1) < 0.99 then 404 else 503 end as http_status,
    case when cloaked then made_up(seeded('cloak', ad_id), 1) || made_up(seeded('cloak', ad_id), 4) || '.example.org' else open_domain end as final_domain,
    floor(u(h, 2) * 3)::int + case when cloaked then 1 + floor(u(dh, 1) * 2)::int when swapped then floor(u(dh, 1) * 2)::int else 0 end as redirect_hops,
    (hash(open_domain, daynum // 14, cloaked or swapped, case when lively then vh end) >> 1)::bigint as content_hash,
    (hash(open_domain, cloaked or swapped, case when lively then vh end) >> 1)::bigint as simhash,
    case when cloaked then 3 + floor(u(seeded('cloak', ad_id), 8) * 90)::int + daynum - day_number(getvariable('first_day'))
        when moved > 0 then 1 + floor(u(h, 3) * 60)::int
        else 30 + floor(u(hash(landing_domain), 3) * 3000)::int + daynum - 9000 end as domain_age_days,
    arrives(at_second(day, floor(u(vh, 5) * 86000)::bigint), vh, 4) as ingest_ts
from seen
