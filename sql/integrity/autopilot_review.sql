-- ---
-- title: Reviewing on autopilot
-- description: |
--   A moderator decides too much of a queue at a glance (under a fifth of the content watched), above what 99 in 100
--   days of the queue's other people show; long runs of one decision and low entropy weigh in.
-- owner: conduct_oncall
-- status: production
-- severity: high
-- policy: staff_conduct
-- techniques: []
-- grain: [staff_id, queue_id]
-- columns:
--   staff_id: bigint
--   queue_id: text
--   tasks: bigint
--   fast_tasks: bigint
--   fast_share: double
--   peer_p99_fast: double
--   entropy: double
--   peer_p01_entropy: double
--   longest_run: bigint
--   run_limit: double
--   score: double
-- lookback: 29d
-- parameters: {min_tasks: 50, fast_watch: 0.2, min_fast_share: 0.2, outlier_share: 0.3, min_peer_days: 20, run_chance: 0.001}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   autopilot_staff:
--     value: count(distinct staff_id)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--     persistence: {days: 1, of: 1}
--   glances:
--     numerator: sum(fast_tasks)
--     denominator: sum(tasks)
--     kind: rate
--     unit: share of decisions
--     breach: {target: {at_most: 0.2, min_n: 200}}
--     severity: medium
-- alert:
--   repeat_after: 7d
--   evidence: [staff_id, queue_id, tasks, fast_share, peer_p99_fast, longest_run, run_limit, entropy, peer_p01_entropy]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Your own
--   look-ups of this case are logged too.
--   1. Compare `fast_share` with `peer_p99_fast`, what 99 in 100 days of the queue's other people stay under. A whole
--      queue that is fast has a reason (duplicates, a sweep): look for other `staff_id`s of the same `queue_id`.
--   2. In `review_tasks`, for that `staff_id`, `queue_id` and day, sort by `decided_ts`: `watch_s` beside `content_s`,
--      the `decision`s of the `longest_run`. `run_limit` is what chance makes one day in a thousand.
--   3. Take 30 of the fast approvals with the highest `model_score` to a second review within two days. All right:
--      close with the reason. More than three wrong: send the day's approvals back to the queue.
--   4. Read `staff_shifts` for overtime and the person's four weeks; tiredness is for the lead, not for a case.
--   5. Scripts click evenly: gaps between `decided_ts` that hardly vary go to security.
-- blind_spots:
--   - letting the video play unwatched, which watch_s cannot tell from looking
--   - fewer than min_tasks decisions in one queue and day
--   - queues in which hardly anybody else works, or in which three in ten glances are usual (outlier_share)
-- false_positives:
--   - known duplicates and items that a thumbnail decides
--   - a player that does not report watch_s
-- references:
--   - "Schilling 1990: The Longest Run of Heads (the length that a run of n decisions reaches by chance)"
-- related: [integrity.lenient_reviewer]
-- ---
with tasks_decided as (
    -- distinct, because a row may be delivered twice; what has no length cannot be watched too briefly
    select distinct
        review_id, staff_id, coalesce(queue_id, 'unknown') as queue_id, ds, decided_ts, decision,
        case when watch_s < :fast_watch * content_s then 1 else 0 end as fast
    from review_tasks
    where staff_id is not null and decision is not null
),

staff_days as (
    -- entropy in nats: 0 when all decisions are the same
    select
        staff_id, queue_id, ds, sum(n) as tasks, sum(fast) as fast_tasks, 1e0 * sum(fast) / sum(n) as fast_share,
        ln(1e0 * sum(n)) - sum(n * ln(1e0 * n)) / sum(n) as entropy, 1e0 * max(n) / sum(n) as top_share,
        case
            when ds < :day and sum(n) >= :min_tasks and sum(fast) < :outlier_share * sum(n) then 1e0 else 0e0
        end as counts
    from (
        select staff_id, queue_id, ds, decision, 1e0 * count(*) as n, sum(fast) as fast
        from tasks_decided
        group by staff_id, queue_id, ds, decision
    ) as decisions
    group by staff_id, queue_id, ds
),

sums_of_peers as (
    -- the queue's days without one's own and without outliers: autopilot would else become the yardstick
    select
        staff_days.*,
        nullif(sum(counts) over queue - sum(counts) over own, 0) as days,
        sum(counts * fast_share) over queue - sum(counts * fast_share) over own as f,
        sum(counts * fast_share * fast_share) over queue - sum(counts * fast_share * fast_share) over own as ff,
        sum(counts * entropy) over queue - sum(counts * entropy) over own as e,
        sum(counts * entropy * entropy) over queue - sum(counts * entropy * entropy) over own as ee,
        sum(counts * top_share) over queue - sum(counts * top_share) over own as t
    from staff_days
    window queue as (partition by queue_id), own as (partition by queue_id, staff_id)
),

today_and_peers as (
    -- 2.33 deviations (of at least a hundredth) from the mean: the first and the last percent of a normal distribution
    select
        *, f / days + 2.33 * sqrt(greatest(0.0001, ff / days - pow(f / days, 2))) as peer_p99_fast,
        e / days - 2.33 * sqrt(greatest(0.0001, ee / days - pow(e / days, 2))) as peer_p01_entropy,
        ln(tasks * (1 - least(0.99, t / days)) / :run_chance) / -ln(least(0.99, t / days)) as run_limit
    from sums_of_peers
    where ds = :day
),

runs as (
    -- neighbours of one decision share the difference of the two numberings
    select staff_id, queue_id, decision, island, count(*) as length
    from (
        select
            staff_id, queue_id, decision,
            row_number() over (partition by staff_id, queue_id order by decided_ts, review_id)
            - row_number() over (partition by staff_id, queue_id, decision order by decided_ts, review_id) as island
        from tasks_decided
        where ds = :day
    ) as numbered
    group by staff_id, queue_id, decision, island
),

longest_runs as (
    select staff_id, queue_id, max(length) as longest_run from runs group by staff_id, queue_id
)

select
    today.staff_id, today.queue_id, cast(tasks as bigint) as tasks, cast(fast_tasks as bigint) as fast_tasks, fast_share, peer_p99_fast, entropy, peer_p01_entropy,
    longest_run, run_limit,
    case
        when tasks >= :min_tasks and days >= :min_peer_days and fast_share >= :min_fast_share
            and fast_share > peer_p99_fast
            then least(100e0, 30 + 100 * (fast_share - peer_p99_fast)
                + case when longest_run > run_limit then 15 else 0 end
                + case when entropy < peer_p01_entropy then 15 else 0 end)
        else 0e0
    end as score
from today_and_peers as today
inner join longest_runs on longest_runs.staff_id = today.staff_id and longest_runs.queue_id = today.queue_id
