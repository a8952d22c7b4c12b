-- ---
-- title: Bias of the random QA sample
-- description: |
--   Whether the random sample looks like the decisions that it was drawn from. Each queue's recorded inclusion
--   probabilities say how many checks every vendor, queue, market and kind of decision should have; the others' own
--   share of that corrects for busy and quiet QA days. A sample that passes something over proves nothing about it.
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
--   drawn: bigint
--   expected: double
--   ratio: double
--   z: double
--   score: double
-- lookback: 28d
-- parameters: {min_expected: 8.0, min_off: 0.25, min_z: 3.8}
-- indicators:
--   biased_segments:
--     value: count(distinct segment)
--     filter: score > 0
--     kind: count
--     unit: vendors, queues, markets, decisions
--     breach: {above: 0}
--   random_checks:
--     value: sum(drawn)
--     filter: cut = 'vendor' and window_days = 7
--     kind: count
--     unit: random checks in 7 days
-- alert:
--   repeat_after: 7d
--   evidence: [cut, segment, window_days, drawn, expected, ratio, z, decisions]
--   order_by: score desc
-- runbook: |
--   1. `ratio` under 1 means passed over, above 1 preferred. Which `cut` has the largest |z|? A vendor or a queue is somebody's
--      choice or a broken export; kind of decision is a filter in the sampler.
--   2. In `qa_reviews` of the last 7 days with sample_type random, count by hour of `qa_ts` and join `review_tasks` on
--      `review_id`: is the segment missing at certain hours only, that is, for certain checkers?
--   3. Ask the owner of the sampler for changes since the first day of the breach, and read `policy_changes` of 14 days.
--   4. Until it is mended: leave the segment out of quality.accuracy_random, draw 60 of its decisions by hand.
--   5. If checkers chose what to check, tell the lead of QA; who chose is the integrity team's matter, not this table's.
-- blind_spots:
--   - a bias within a segment (only easy items of every vendor)
--   - wrong answers of checkers; see quality.golden_gap and quality.disputes_upheld
--   - a bias older than the recorded probabilities of 28 days that never changed, where it was recorded truly
-- false_positives:
--   - a new sampling rate in one queue, until its recorded probabilities of 28 days have caught up
--   - late checks of one site
-- references:
--   - "Anscombe 1948: 2 sqrt(x + 3/8) of a count is about normal with deviation 1"
-- related: [quality.accuracy_random, quality.golden_gap]
-- ---
with decided as (
    -- distinct, because a decision may be delivered twice
    select distinct
        review_id, ds, coalesce(queue_id, 'unknown') as queue_id, coalesce(review_tasks.market, 'unknown') as market,
        coalesce(staff.vendor, 'unknown') as vendor,
        case when decision = 'approve' then 'approve' else 'act' end as kind
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
    where ds <= :day and decision is not null
),

random_checks as (
    select review_id, max(inclusion_prob) as p
    from qa_reviews
    where sample_type = 'random' and not coalesce(golden, false) and inclusion_prob > 0 and inclusion_prob <= 1
    group by review_id
),

rates as (
    -- what the sampler says it does
    select queue_id, kind, avg(p) as p
    from decided inner join random_checks on random_checks.review_id = decided.review_id
    group by queue_id, kind
),

counted as (
    select
        decided.ds, decided.vendor, decided.queue_id, decided.market, decided.kind, count(*) as decisions,
        count(random_checks.review_id) as drawn, sum(rates.p) as expected
    from decided
    inner join rates on rates.queue_id = decided.queue_id and rates.kind = decided.kind
    left join random_checks on random_checks.review_id = decided.review_id
    where decided.ds > :day - interval '7 days'
    group by decided.ds, decided.vendor, decided.queue_id, decided.market, decided.kind
),

segments as (
    select 'vendor' as cut, vendor as segment, ds, decisions, drawn, expected from counted
    union all select 'queue' as cut, queue_id as segment, ds, decisions, drawn, expected from counted
    union all select 'market' as cut, market as segment, ds, decisions, drawn, expected from counted
    union all select 'decision' as cut, kind as segment, ds, decisions, drawn, expected from counted
),

windows as (select 1 as days union all select 2 union all select 4 union all select 7),

in_window as (
    select
        cut, segment, days, sum(decisions) as decisions, sum(drawn) as drawn, sum(expected) as e,
        sum(sum(drawn)) over (partition by cut, days) - sum(drawn) as others_drawn,
        sum(sum(expected)) over (partition by cut, days) - sum(expected) as others_e
    from segments inner join windows on ds > :day - days * interval '1 day'
    group by cut, segment, days
),

compared as (
    -- against the others' rate; that is uncertain as well, hence the last factor
    select
        cut, segment, days, decisions, drawn, e * others_drawn / others_e as expected,
        2 * (sqrt(drawn + 0.375) - sqrt(e * others_drawn / others_e + 0.375)) / sqrt(1 + e / others_e) as z
    from in_window
    where others_e > 0 and others_drawn > 0
)

select
    cut, segment, days as window_days, decisions, drawn, expected, drawn / expected as ratio, z,
    case
        when expected >= :min_expected and abs(z) >= :min_z and abs(drawn / expected - 1) >= :min_off
            then least(100, 40 + 10 * (abs(z) - :min_z))
        else 0
    end as score
from compared
