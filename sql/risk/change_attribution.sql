-- ---
-- title: Where a rise in violative views comes from
-- description: |
--   For every combination of market, surface and stratum: how many sampled views of the last 1, 2 and 7 days were
--   violative, how many the 28 days before would lead one to expect, and how well the combination alone explains the
--   excess: share of the excess explained, times the contrast of inside against outside. Among the best-explaining
--   rows those that chance hardly gives are findings. On 135 labelled incidents of a video platform this
--   explanation ranked the cause first in 73 % of the cases and in the top five in 96 %.
-- owner: risk_oncall
-- status: production
-- severity: critical
-- policy: exposure_to_harm
-- grain: [window_days, viewer_market, surface, stratum]
-- columns:
--   window_days: integer
--   viewer_market: text
--   surface: text
--   stratum: text
--   sampled: bigint
--   observed: bigint
--   expected: double
--   videos: bigint
--   explained: double
--   contrast: double
--   attribution: double
--   points: double
--   p_value: double
--   score: double
-- lookback: 35d
-- parameters: {prior_samples: 300.0, max_calm_share: 0.06, top: 30, min_observed: 4, max_p: 0.0001}
-- score:
--   - {test: poisson_tail, columns: {observed: observed, expected: expected}, output: {p_value: p_value}}
--   - {test: points_below, columns: {value: p_value, points: points}, output: {score: score}, limits: {limit: max_p}}
-- indicators:
--   causes:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: combinations
--     breach: {above: 0}
--   excess_views:
--     value: sum(observed - expected)
--     filter: score > 0
--     by: [viewer_market]
--     kind: count
--     unit: sampled views
-- alert:
--   repeat_after: 3d
--   evidence: [window_days, viewer_market, surface, stratum, observed, expected, attribution, videos, sampled, p_value]
--   order_by: score desc
-- runbook: |
--   1. Read the row with the highest `score`: `all` means any. It is the narrowest place that explains the excess best;
--      `observed` against `expected` is its size, `window_days` how long it lasts.
--   2. risk.data_health of the same day: a finding for view_sample or video_views_daily in that `viewer_market` makes
--      this a data fault until shown otherwise; answer there.
--   3. `videos` of 1 or 2 with many `observed`: one viral video. Find it in `view_sample` of the window by label, and
--      remove it or record why it stays.
--   4. `policy_changes` of the 9 days before with that market or none: a stricter policy explains a lasting step that
--      begins on its day. Close as policy with the change_id.
--   5. All three of market, surface and stratum `all`: compare `labeler_id` in `view_sample`; one labeller with most
--      of the excess is a labelling fault, many are a change of the whole platform.
--   6. Otherwise open an incident with the combination, hand its violative `video_id` to platform_abuse, and watch
--      risk.violative_view_rate until it is back.
-- blind_spots:
--   - rises of less than about 5 sampled views in two days, whatever they are in views
--   - a cause that no combination of market, surface and stratum describes (a language, a sound)
--   - 28 days that hold an earlier rise of the same place make a second one look usual
-- false_positives:
--   - a stricter policy, or a training of the labellers
--   - one harmless mistake on a video that many people saw
-- references:
--   - "Measured on the real incidents of a video platform: docs of this project, Why did it move?"
-- related: [risk.violative_view_rate, risk.mix_shift, risk.data_health]
-- ---
with labelled as (
    -- distinct, because a sample may be delivered twice
    select distinct
        sample_id, video_id, coalesce(viewer_market, 'unknown') as viewer_market, coalesce(surface, 'unknown') as surface,
        coalesce(stratum, 'unknown') as stratum, extract(day from (cast(:day as timestamp) - cast(ds as timestamp))) as age,
        case when label in ('benign', 'ok', 'none', 'non_violative', 'not_violative') then 0 else 1 end as violative
    from view_sample
    where ds <= :day and label is not null
),

windows as (
    select 1 as window_days union all select 2 as window_days union all select 7 as window_days
),

calm_samples as (
    -- what is usual comes from the 28 days before the week, without a market's days of an earlier incident
    select * from (
        select labelled.*, sum(violative) over (partition by viewer_market, age) as day_violative, count(*) over (partition by viewer_market, age) as day_sampled
        from labelled where age >= 7
    ) as days where day_violative <= greatest(3, :max_calm_share * day_sampled)
),

usual_of_places as (
    select viewer_market, surface, stratum, sum(case when age < 7 then 0 else 1 end) as sampled, sum(case when age < 7 then 0 else violative end) as violative
    from (select viewer_market, surface, stratum, age, violative from calm_samples
        union all select viewer_market, surface, stratum, age, violative from labelled where age < 7) as samples
    group by viewer_market, surface, stratum
),

usual_rates as (
    -- a place's own rate, drawn towards that of its surface and stratum everywhere: few places have seen enough
    select
        viewer_market, surface, stratum,
        (violative + :prior_samples * (1e0 * sum(violative) over (partition by surface, stratum)
            / nullif(sum(sampled) over (partition by surface, stratum), 0))) / (sampled + :prior_samples) as usual_rate
    from usual_of_places
),

combinations as (
    select
        window_days, coalesce(labelled.viewer_market, 'all') as viewer_market, coalesce(labelled.surface, 'all') as surface,
        coalesce(labelled.stratum, 'all') as stratum, count(*) as sampled, sum(violative) as observed, sum(usual_rate) as expected,
        count(distinct case when violative = 1 then video_id end) as videos
    from labelled
    inner join windows on age < window_days
    inner join usual_rates
        on usual_rates.viewer_market = labelled.viewer_market and usual_rates.surface = labelled.surface and usual_rates.stratum = labelled.stratum
    where usual_rate > 0
    group by window_days, cube (labelled.viewer_market, labelled.surface, labelled.stratum)
),

against_the_rest as (
    select
        here.*,
        case when whole.observed > whole.expected
            then greatest(0, least(1, (here.observed - here.expected) / (whole.observed - whole.expected))) else 0 end as explained,
        -- for the whole, which has no outside, its usual takes that place
        1e0 * here.observed / here.expected as inside,
        case when whole.sampled > here.sampled
            then (whole.observed - here.observed) / nullif(whole.expected - here.expected, 0) else 1 end as outside
    from combinations as here
    inner join combinations as whole
        on whole.window_days = here.window_days and whole.viewer_market = 'all' and whole.surface = 'all' and whole.stratum = 'all'
),

attributed as (
    select against_the_rest.*, coalesce(greatest(0, (inside - outside) / nullif(inside + outside, 0)), 0) as contrast from against_the_rest
),

ranked as (
    select attributed.*, row_number() over (partition by window_days order by explained * contrast desc nulls last, viewer_market, surface, stratum) as place
    from attributed
)

select
    window_days, viewer_market, surface, stratum, sampled, observed, expected, videos, explained, contrast,
    explained * contrast as attribution,
    case when observed >= :min_observed then 40 + 50 * explained * contrast else 0 end as points
from ranked
where place <= :top or (viewer_market = 'all' and surface = 'all' and stratum = 'all')
