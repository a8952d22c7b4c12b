-- A probability sample of views: in each stratum every (views / n)-th view, from a random start. Strata are weighted back
-- by inclusion_prob. Whether a view was violative depends on market and stratum alone, so the true rate is known.
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

ladder as (
    select viewed.*,
        sum(views) over (partition by ds, viewer_market, stratum order by video_id, surface rows unbounded preceding) as upto
    from viewed
),

draws as (
    select *, (i + u(row_hash('sample', day_number(ds), viewer_market || stratum, 0), 1)) * total / least(n, total) as at_view,
        row_hash('sample', day_number(ds), viewer_market || stratum, i + 1) as h
    from (select *, unnest(range(least(n, total)::bigint)) as i from strata)
),

drawn as (
    select draws.*, ladder.video_id, ladder.surface,
        (bent('violative_rate', draws.viewer_market, draws.ds) + case draws.stratum when 'reported' then 0.03 else 0.004 end) as rate
    from draws
    inner join ladder on ladder.ds = draws.ds and ladder.viewer_market = draws.viewer_market and ladder.stratum = draws.stratum
        and draws.at_view >= ladder.upto - ladder.views and draws.at_view < ladder.upto
)

select
    ds,
    event_id(day_number(ds), row_number() over (partition by ds order by viewer_market, stratum, i)) as sample_id,
    video_id,
    viewer_market,
    surface,
    stratum,
    least(n, total)::double / total as inclusion_prob,
    case when u(h, 2) < rate then 'violative' else 'benign' end as label,
    5001 + floor(u(h, 3) * getvariable('staff') * 0.7)::bigint as labeler_id,
    ds::timestamp + to_seconds(43200 + floor(u(h, 4) * 43200)::bigint + case when u(h, 5) < 0.03 then 36000 + floor(u(h, 6) * 170000)::bigint else 0 end) as labeled_ts
from drawn
