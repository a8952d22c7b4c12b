-- A probability sample of views: in each stratum every view with the same chance (Poisson sampling). Strata are weighted back
-- by inclusion_prob. Whether a view was violative depends on market, surface and stratum alone, so the true rate is known: search
-- finds three times what For You shows, and who follows whom sees a third. A scenario bends it for a market, a surface of it, or one
-- stratum of that ('BR', 'BR/search', 'BR/search/tail'), the usual rate of all by a factor, or says that a video is violative.
with viewed as (
    select *, case when views_after_report > 0 then 'reported' when views >= 100 then 'head' else 'tail' end as stratum
    from video_views_daily
),

strata as (
    select ds, viewer_market, stratum, sum(views) as total,
        greatest(1, round(getvariable('sample') * any_value(share)
            * case stratum when 'reported' then 0.2 when 'head' then 0.4 else 0.4 end)) as n
    from viewed inner join markets on markets.market = viewed.viewer_market
    group by ds, viewer_market, stratum
),

sized as (
    select viewed.*, total, least(n, total)::double / total as p
    from viewed inner join strata using (ds, viewer_market, stratum)
),

draws as (
    -- a row's views times p is how many of them are drawn on average: the whole part for certain, the rest by chance
    select *, unnest(range((floor(views * p) + case when u(row_hash('sample', day_number(ds), video_id, viewer_market || surface), 1) < views * p - floor(views * p) then 1 else 0 end)::bigint)) as i
    from sized
),

drawn as (
    select *, row_hash('sampled', day_number(ds), video_id, viewer_market || surface || i) as h,
        case stratum when 'reported' then 0.03 else 0.004 end * case surface when 'search' then 3 when 'following' then 0.35 else 1 end
            * (1 + bent('violative_factor', 'all', ds)) + bent('violative_rate', viewer_market, ds)
            + bent('violative_rate', viewer_market || '/' || surface, ds)
            + bent('violative_rate', viewer_market || '/' || surface || '/' || stratum, ds) + bent('violative_video', video_id::varchar, ds) as rate
    from draws
)

select
    ds,
    event_id(day_number(ds), row_number() over (partition by ds order by viewer_market, stratum, video_id, surface, i)) as sample_id,
    video_id,
    viewer_market,
    surface,
    stratum,
    p as inclusion_prob,
    case when u(h, 2) < rate then 'violative' else 'benign' end as label,
    5001 + floor(u(h, 3) * getvariable('staff') * 0.7)::bigint as labeler_id,
    ds::timestamp + to_seconds(43200 + floor(u(h, 4) * 43200)::bigint + case when u(h, 5) < 0.03 then 36000 + floor(u(h, 6) * 170000)::bigint else 0 end) as labeled_ts
from drawn
