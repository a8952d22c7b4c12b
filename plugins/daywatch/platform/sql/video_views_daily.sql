-- A video is seen for thirty days, less each day: at home on the feed, by followers, abroad, in search.
with alive as (
    select
        t.day, t.daynum, v.m, v.k, t.daynum - v.daynum as age, unnest([0, 1, 2, 3]) as r,
        v.market as home, video_id(v.daynum, v.m, v.k) as video_id
    from (select daynum, m, market, unnest(range(n)) as k from plan where name = 'videos') as v
    inner join (select distinct day, daynum from today('engagements')) as t on v.daynum between t.daynum - 29 and t.daynum
),

shown as (
    select *, row_hash('views', daynum, video_id, r) as h, seeded('video', video_id) as vh
    from alive
    where u(row_hash('views', daynum, video_id, r), 1) < list_extract([0.95, 0.5, 0.2, 0.15], r + 1)
),

placed as (
    select shown.*, case when r = 2 then list_extract(getvariable('market_names'), 1 + (m + 1 + floor(u(h, 2) * (len(getvariable('market_names')) - 1))::int) % len(getvariable('market_names'))) else home end as viewer_market
    from shown
),

-- how busy a market is, and how scenarios bend that: `seen_more` and `left_up` of a market, `lost_views` a part of its rows that never
-- arrived; one that delivers rows twice adds `views_again` to the plan, with the part of them as its share
busy as (
    select distinct name, day, market, factor * (1 + bent('seen_more', market, day)) as seen, bent('left_up', market, day) as left_up,
        bent('lost_views', market, day) as lost, case name when 'views_again' then share else 1 end as part
    from plan where name in ('engagements', 'views_again') and day between getvariable('from_day') and getvariable('to_day')
),

surfaces as (
    select day, r, list_extract([0.75, 0.6, 0.25, 0.5], r + 1) * (1 + bent('more_views', list_extract(['for_you', 'following', 'for_you', 'search'], r + 1), day)) as size
    from days_now(), range(4) as one(r)
),

counted as (
    select placed.*, busy.left_up,
        greatest(1, floor(busy.seen * 40 * exp(1.6 * bell(vh, 3) + 0.4 * bell(h, 4)) * exp(-age / 6.0) * surfaces.size))::bigint as views
    from placed inner join busy on busy.market = placed.viewer_market and busy.day = placed.day
    inner join surfaces on surfaces.day = placed.day and surfaces.r = placed.r
    where u(h, 96) >= busy.lost and (busy.part = 1 or u(h, 97) < busy.part)
)

select
    day as ds,
    video_id,
    viewer_market,
    list_extract(['for_you', 'following', 'for_you', 'search'], r + 1) as surface,
    views,
    greatest(1, floor(views * (0.7 + 0.25 * u(h, 5))))::bigint as unique_viewers,
    case when u(h, 6) >= 0.01 then round(4 + 9 * exp(0.5 * bell(h, 7)), 2) end as avg_watch_s,
    case when u(h, 8) < 0.04 * (1 + left_up) then floor(views * u(h, 9) * 0.5)::bigint else 0 end as views_after_report
from counted
