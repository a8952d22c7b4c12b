with running as (
    select day, ads.*, placement, row_hash('delivery', daynum, ad_id, case placement when 'feed' then 0 else 1 end) as h, seeded('ad', ad_id) as ih
    from days_now(), ads, (values ('feed'), ('search')) as places(placement)
    where review_decision = 'approved' and approved_ts < day
),

weighed as (
    select running.*, busy.factor * (1 + bent('spend', running.vertical, running.day)) * exp(1.1 * bell(ih, 30) + 0.25 * bell(h, 2)) * case placement when 'feed' then 1.0 else 0.35 end as weight
    from running inner join today('payments') as spenders using (market, day)
    inner join today('engagements') as busy using (market, day)
    where u(ih, 31) < 0.7 and u(h, 1) < case placement when 'feed' then 0.9 else 0.5 end
),

served as (
    select *, greatest(0, round(getvariable('clicks') * weight / getvariable('ad_weight') + 0.6 * bell(h, 3)))::bigint as clicks from weighed
)

select
    day as ds,
    ad_id, advertiser_id, market, placement,
    clicks * (60 + floor(u(h, 4) * 60)::bigint) + floor(u(h, 5) * 400)::bigint as impressions,
    clicks,
    floor(clicks * 0.03 + u(h, 6) * 1.2)::bigint as conversions,
    round(clicks * (0.25 + 0.5 * u(ih, 32)) * (1 + 0.1 * bell(h, 7)) + 0.05, 2) as spend,
    floor(clicks * 0.05 * u(h, 8))::bigint as hides,
    floor(clicks * 0.01 * u(h, 9))::bigint as reports,
    floor(clicks * 0.4 * u(h, 10) * u(h, 10) * (1 + bent('unsafe', vertical, day)))::bigint as impr_on_violative
from served
