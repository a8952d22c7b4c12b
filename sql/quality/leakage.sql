-- ---
-- title: Leakage against over-enforcement
-- description: |
--   What is seen although it was reported, by the language of those who see it, beside what was removed although it was
--   fine. A market whose reported videos go on being seen more often than usual is one whose language nobody reads.
--   Judged by the number of such videos (one popular video moves the views); ranked by the views.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: exposure_to_harm
-- grain: [market, window_days]
-- columns:
--   market: text
--   language: text
--   window_days: integer
--   cells: bigint
--   leaking: bigint
--   expected_leaking: double
--   views: bigint
--   leaked_views: bigint
--   leak_share: double
--   usual_leak_share: double
--   z: double
--   checked_approvals: bigint
--   missed_share: double
--   checked_actions: bigint
--   over_enforced_share: double
--   score: double
-- lookback: 28d
-- parameters: {min_cells: 200, min_lift: 1.1, min_z: 3.5}
-- indicators:
--   leaking_markets:
--     value: count(distinct market)
--     filter: score > 0
--     kind: count
--     unit: markets
--     breach: {above: 0}
--   leak_share:
--     numerator: sum(leaked_views)
--     denominator: sum(views)
--     filter: window_days = 1
--     by: [language]
--     kind: rate
--     unit: share of views
-- alert:
--   repeat_after: 7d
--   evidence: [market, language, window_days, leaking, expected_leaking, z, leaked_views, leak_share, missed_share, over_enforced_share]
--   order_by: score desc
-- runbook: |
--   1. `leaking` over `expected_leaking` in one `market`: in `staff_shifts` of the last 7 days count the people whose
--      `staff.languages` hold its `language` against the month before. None left, or all on one shift?
--   2. In `review_tasks` of the last 7 days count the market's decisions and their wait; see quality.backlog_age.
--   3. `missed_share` up as well: the approvals are wrong, not only late: machine translation or people who cannot read it.
--      `over_enforced_share` up instead: they remove what they cannot read.
--   4. In `video_views_daily` take the market's ten videos with most `views_after_report` and send them to a native reader today.
--   5. Route the language to a site that reads it, lower the model's removal threshold there until the queue is staffed.
-- blind_spots:
--   - harm that nobody reports
--   - a language spoken in a market of another one
-- false_positives:
--   - a report brigade against one creator
--   - a new report button
-- references:
--   - "views_after_report: views of a video between its first report and the decision"
--   - "Anscombe 1948: 2 sqrt(x + 3/8) of a count is about normal with deviation 1"
-- related: [risk.harm_exposure, quality.backlog_age]
-- ---
with seen_daily as (
    select
        ds, coalesce(viewer_market, 'unknown') as market, count(*) as cells,
        count(*) filter (where views_after_report > 0) as leaking,
        sum(views) as views, sum(coalesce(views_after_report, 0)) as leaked
    from video_views_daily
    where ds <= :day
    group by ds, viewer_market
),

usual as (
    select
        market, sum(cells) as cells, 1e0 * sum(leaking) / sum(cells) as share, 1e0 * sum(leaked) / nullif(sum(views), 0) as leak_share
    from seen_daily
    where ds <= :day - interval '7 days'
    group by market
),

windows as (select 1 as days union all select 2 union all select 4 union all select 7),

in_window as (
    select market, days, sum(cells) as cells, sum(leaking) as leaking, sum(views) as views, sum(leaked) as leaked
    from seen_daily inner join windows on ds > :day - days * interval '1 day'
    group by market, days
),

decided as (
    select distinct review_id, coalesce(market, 'unknown') as market, decision from review_tasks where ds <= :day
),

random_checks as (
    -- distinct, because a check may be delivered twice
    select distinct qa_id, review_id, inclusion_prob, is_correct
    from qa_reviews
    where sample_type = 'random' and not coalesce(golden, false) and is_correct is not null and inclusion_prob > 0
),

checked as (
    -- over all 28 days: random checks of one market are few
    select
        market,
        count(*) filter (where decision = 'approve') as approvals,
        count(*) filter (where decision <> 'approve') as actions,
        sum(case when decision = 'approve' and not is_correct then 1e0 / inclusion_prob else 0 end)
            / nullif(sum(case when decision = 'approve' then 1e0 / inclusion_prob end), 0) as missed,
        sum(case when decision <> 'approve' and not is_correct then 1e0 / inclusion_prob else 0 end)
            / nullif(sum(case when decision <> 'approve' then 1e0 / inclusion_prob end), 0) as over_enforced
    from decided inner join random_checks on random_checks.review_id = decided.review_id
    group by market
),

compared as (
    -- the usual share is itself an estimate, hence 1 + cells / usual cells
    select
        w.market, w.days, w.cells, w.leaking, w.views, w.leaked, usual.share, usual.leak_share,
        2 * (sqrt(w.leaking + 0.375) - sqrt(w.cells * usual.share + 0.375)) / sqrt(1 + 1e0 * w.cells / usual.cells) as z
    from in_window as w
    left join usual on usual.market = w.market
)

select
    compared.market, coalesce(dim_market.language, 'unknown') as language, days as window_days, cells, leaking,
    cells * share as expected_leaking, views, leaked as leaked_views, 1e0 * leaked / nullif(views, 0) as leak_share,
    leak_share as usual_leak_share, z, coalesce(approvals, 0) as checked_approvals, missed as missed_share,
    coalesce(actions, 0) as checked_actions, over_enforced as over_enforced_share,
    case
        when cells >= :min_cells and z >= :min_z and leaking >= :min_lift * cells * share then least(100, 40 + 10 * (z - :min_z))
        else 0
    end as score
from compared
left join dim_market on dim_market.market = compared.market
left join checked on checked.market = compared.market
