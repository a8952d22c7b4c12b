-- ---
-- title: Acceptance sampling by lot
-- description: |
--   Each vendor's work of a day and of a week, whole and by queue, as a lot under ISO 2859-1, general level II, AQL 4, normal
--   inspection: a lot of 151 to 280 is accepted with at most 3 wrong among 32, rejected with 4. The sample is the first checks
--   by a hash of their id, so nobody chooses it. Where fewer were checked than the lot's size asks for, the largest
--   smaller plan is used, down to 32.
-- owner: quality_oncall
-- status: production
-- severity: medium
-- policy: moderation_quality
-- grain: [queue_id, vendor, lot_days]
-- columns:
--   queue_id: text
--   vendor: text
--   lot_days: integer
--   lot_size: bigint
--   checks: bigint
--   sample_size: integer
--   accept_at_most: integer
--   wrong: bigint
--   wrong_share: double
--   verdict: text
--   score: double
-- lookback: 14d
-- parameters: {clear_ratio: 2.0}
-- indicators:
--   clear_rejections:
--     value: count(*)
--     filter: score >= 40
--     kind: count
--     unit: lots
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   rejected:
--     numerator: count(*) filter (where verdict = 'rejected')
--     denominator: count(*) filter (where verdict <> 'too few checks')
--     by: [vendor]
--     kind: rate
--     unit: share of lots
-- alert:
--   repeat_after: 7d
--   evidence: [vendor, queue_id, lot_days, verdict, wrong, sample_size, accept_at_most, lot_size, checks]
--   order_by: score desc
-- runbook: |
--   1. A vendor at the usual 6 % of errors fails an AQL of 4 % about one lot in ten: one rejection is a number for the monthly
--      review. `score` 40 and above means twice the errors that the plan accepts.
--   2. For `queue_id` all, look which queue's lot of the same `vendor` is worst; read quality.accuracy_random beside it.
--   3. In `qa_reviews` joined to `review_tasks` of the lot's `lot_days`, list the sample's wrong ones by `error_type`.
--   4. A clear rejection: the contract's remedy is full re-review of the lot's severe decisions; agree the date today.
--   5. Two rejected lots of five in a row: switch the vendor to tightened inspection (same n, accept at most 2 of 32).
-- blind_spots:
--   - lots with fewer than 32 checks, that is at size S single queues of one vendor
--   - errors that the checker makes too
-- false_positives:
--   - about one lot in ten at 6 % of errors
-- references:
--   - "ISO 2859-1, single sampling, normal inspection, general level II, AQL 4.0: letters G to M"
-- related: [quality.accuracy_random, quality.accuracy_drift]
-- ---
with lots_daily as (
    -- distinct, because a decision may be delivered twice
    select distinct
        review_id, ds, coalesce(queue_id, 'unknown') as queue_id, coalesce(staff.vendor, 'unknown') as vendor
    from review_tasks
    left join staff on staff.staff_id = review_tasks.staff_id
    where ds > :day - interval '7 days' and ds <= :day
),

lengths as (select 1 as days union all select 7),

decided as (
    select review_id, queue_id, vendor, days from lots_daily inner join lengths on ds > :day - days * interval '1 day'
    union all
    select review_id, 'all' as queue_id, vendor, days from lots_daily inner join lengths on ds > :day - days * interval '1 day'
),

random_checks as (
    select review_id, max(case when is_correct then 0 else 1 end) as wrong
    from qa_reviews
    where sample_type = 'random' and not coalesce(golden, false) and is_correct is not null and ds <= :day
    group by review_id
),

plans as (
    -- lots from this size on: sample size, and the most wrong ones in it that are accepted
    select 1 as from_size, 32 as n, 3 as ac union all select 281, 50, 5 union all select 501, 80, 7
    union all select 1201, 125, 10 union all select 3201, 200, 14 union all select 10001, 315, 21
),

lots as (
    select queue_id, vendor, days, count(*) as lot_size, count(random_checks.review_id) as checks
    from decided left join random_checks on random_checks.review_id = decided.review_id
    group by queue_id, vendor, days
),

planned as (
    -- larger lots only have larger plans, so the largest that both allow is the largest of either
    select lots.queue_id, lots.vendor, lots.days, lot_size, checks, max(plans.n) as n, max(plans.ac) as ac
    from lots left join plans on plans.from_size <= lot_size and plans.n <= checks
    group by lots.queue_id, lots.vendor, lots.days, lot_size, checks
),

ranked as (
    select
        decided.queue_id, decided.vendor, decided.days, random_checks.wrong,
        row_number() over (
            partition by decided.queue_id, decided.vendor, decided.days
            order by md5(cast(decided.review_id as varchar(40))), decided.review_id
        ) as place
    from decided inner join random_checks on random_checks.review_id = decided.review_id
),

sampled as (
    select planned.queue_id, planned.vendor, planned.days, lot_size, checks, n, ac, sum(coalesce(wrong, 0)) as wrong
    from planned
    left join ranked
        on ranked.queue_id = planned.queue_id and ranked.vendor = planned.vendor and ranked.days = planned.days and place <= n
    group by planned.queue_id, planned.vendor, planned.days, lot_size, checks, n, ac
)

select
    queue_id, vendor, days as lot_days, lot_size, checks, n as sample_size, ac as accept_at_most, wrong,
    1e0 * wrong / n as wrong_share,
    case when n is null then 'too few checks' when wrong <= ac then 'accepted' else 'rejected' end as verdict,
    case
        when n is null or wrong <= ac then 0
        when wrong >= :clear_ratio * (ac + 1) then least(100, 40 + 5 * (wrong - :clear_ratio * (ac + 1)))
        else 10
    end as score
from sampled
