-- Who they are before they are written: the others of their kind (ads, payments) are drawn from this.
select a, h, pick(getvariable('market_draw'), h, 1) as market,
    case when a <= getvariable('advertisers')
        then getvariable('first_day')::timestamp - to_seconds(86400 + floor(u(h, 30) * 90000000)::bigint)
        else getvariable('first_day')::timestamp + to_seconds(floor(u(h, 31) * getvariable('days') * 86400)::bigint)
    end as created_ts
from (
    select a, seeded('advertiser', a) as h
    from range(1, (getvariable('advertisers') * (1 + 0.003 * getvariable('days')))::bigint + 1) as firms(a)
)
