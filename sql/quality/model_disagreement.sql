-- ---
-- title: Decisions that drift from the model
-- description: |
--   Whether a vendor or a queue decides otherwise than it used to on items to which the model gives the same score.
--   Random checks are few; every decision has a score, so a fall in accuracy shows here within days. An action on what
--   the model finds harmless weighs most. It is a leading indicator: it says where to draw checks, not who is right.
-- owner: quality_oncall
-- status: production
-- severity: high
-- policy: moderation_quality
-- grain: [cut, segment, window_days]
-- columns:
--   cut: text
--   segment: text
--   window_days: integer
--   decisions: bigint
--   acted: bigint
--   expected_acted: double
--   extra_error: double
--   z: double
--   score: double
-- lookback: 42d
-- parameters: {usual_error: 0.06, min_decisions: 150, min_band: 30, min_extra_error: 0.02, min_z: 3.8}
-- indicators:
--   drifting_vendors:
--     value: count(distinct segment)
--     filter: score > 0 and cut = 'vendor'
--     kind: count
--     unit: vendors
--     breach: {above: 0}
--   drifting_queues:
--     value: count(distinct segment)
--     filter: score > 0 and cut = 'queue'
--     kind: count
--     unit: queues
--   largest_extra_error:
--     value: max(extra_error)
--     filter: cut = 'vendor' and window_days = 7
--     kind: value
--     unit: share of decisions
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, window_days, extra_error, z, decisions, acted, expected_acted]
--   order_by: z desc
-- runbook: |
--   1. One `segment` with cut vendor: ask the vendor who joined in the last two weeks (`staff.hire_date`) and what was
--      trained. Several vendors in one queue: a guideline or the model itself changed.
--   2. In `policy_changes` of the last 14 days look for kind model or policy: a new model version moves every segment.
--   3. In `review_tasks` of the last `window_days` take 50 actions of the segment with model_score under 0.3 and have them
--      checked today; `extra_error` is the share of all its decisions that should prove wrong.
--   4. Compare with quality.accuracy_random and quality.accuracy_drift of the same segment, 28 days: they confirm later.
--   5. Confirmed: raise the vendor's sampling to 20 %, calibrate its people this week, review its severe actions again.
-- blind_spots:
--   - errors that the model shares
--   - a segment younger than a month has nothing to be compared with
--   - a fall that began over six weeks ago has become usual
-- false_positives:
--   - a stricter policy, which makes reviewers act on what the model does not know yet
--   - a harder mix that the model's score does not see; queues change their mix with every launch, so they are shown and do not page
-- references:
--   - "Rao 1948, score test: the weight of a decision is the derivative of its log-likelihood by the error rate"
-- related: [quality.accuracy_random, quality.accuracy_drift]
-- ---
with decisions as (
    -- distinct, because a decision may be delivered twice; an escalation is none
    select distinct
        review_id, ds, coalesce(queue_id, 'unknown') as queue_id, coalesce(staff.vendor, 'unknown') as vendor,
        floor(10 * least(model_score, 0.99)) as band, case when decision = 'approve' then 0 else 1 end as acted
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
    where ds <= :day and model_score >= 0 and decision in ('approve', 'remove', 'limit', 'age_restrict')
),

counted as (
    select 'vendor' as cut, vendor as segment, ds, band, count(*) as n, sum(acted) as acted
    from decisions group by vendor, ds, band
    union all
    select 'queue' as cut, queue_id as segment, ds, band, count(*) as n, sum(acted) as acted
    from decisions group by queue_id, ds, band
),

usual_bands as (
    -- the four weeks before the last two: what happens now must not become its own yardstick
    select cut, segment, band, sum(n) as n, 1e0 * sum(acted) / sum(n) as share
    from counted
    where ds <= :day - interval '14 days'
    group by cut, segment, band
    having sum(n) >= :min_band and sum(acted) > 0 and sum(acted) < sum(n)
),

levers as (
    -- by how much one more point of error moves the share acted on: 1 where all is harmless, -1 where all is violative
    select
        cut, segment, band, n, share,
        1 - 2 * least(1, greatest(0, (share - :usual_error) / (1 - 2 * :usual_error))) as lever
    from usual_bands
),

windows as (
    select 1 as days union all select 2 union all select 4 union all select 7 union all select 14
),

bands_in_window as (
    select windows.days, counted.cut, counted.segment, counted.band, sum(counted.n) as n, sum(counted.acted) as acted
    from counted
    inner join windows on counted.ds > :day - windows.days * interval '1 day'
    group by windows.days, counted.cut, counted.segment, counted.band
),

sums as (
    -- the usual share is itself an estimate, hence 1 + n / usual n
    select
        w.cut, w.segment, w.days, sum(w.n) as decisions, sum(w.acted) as acted, sum(w.n * share) as expected_acted,
        sum((w.acted - w.n * share) * lever / (share * (1 - share))) as excess,
        sum(w.n * lever * lever / (share * (1 - share))) as information,
        sum(w.n * (1 + 1e0 * w.n / levers.n) * lever * lever / (share * (1 - share))) as variance
    from bands_in_window as w
    inner join levers on levers.cut = w.cut and levers.segment = w.segment and levers.band = w.band
    group by w.cut, w.segment, w.days
    having sum(w.n) >= :min_decisions
)

select
    cut, segment, days as window_days, decisions, acted, expected_acted,
    excess / information as extra_error,
    excess / sqrt(variance) as z,
    case
        when excess / sqrt(variance) >= :min_z and excess / information >= :min_extra_error
            then least(100, 40 + 10 * (excess / sqrt(variance) - :min_z))
        else 0
    end as score
from sums
where information > 0
