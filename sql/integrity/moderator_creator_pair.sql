-- ---
-- title: A moderator and a creator who meet too often
-- description: |
--   A moderator decides about one creator far more often than random assignment explains, and more mildly than peers do
--   at the same model score; or answers appeals of rule-suspended accounts with reinstatement far above the share that
--   chance gives. Bribed reinstatements look like both.
-- owner: conduct_oncall
-- status: production
-- severity: critical
-- policy: staff_conduct
-- techniques: []
-- grain: [staff_id, creator_id]
-- columns:
--   staff_id: bigint
--   creator_id: bigint
--   decisions: bigint
--   expected_decisions: double
--   approved: bigint
--   usual_approved_share: double
--   reinstated: bigint
--   staff_reinstated: bigint
--   expected_reinstated: double
--   pair_p: double
--   lenient_p: double
--   reinstated_p: double
--   pair_points: double
--   reinstated_points: double
--   unusual_points: double
--   pair_score: double
--   reinstated_score: double
--   score: double
-- lookback: 28d
-- parameters: {min_listed: 3, min_pairs: 5, min_ratio: 4.0, max_pair_p: 0.0001, max_lenient_p: 0.01, min_reinstated: 2, max_reinstated_p: 0.005}
-- score:
--   - {test: poisson_tail, columns: {observed: decisions, expected: expected_decisions}, output: {p_value: pair_p}}
--   - {test: binomial_tail, columns: {successes: approved, trials: decisions, expected_rate: usual_approved_share}, output: {p_value: lenient_p}}
--   - {test: poisson_tail, columns: {observed: staff_reinstated, expected: expected_reinstated}, output: {p_value: reinstated_p}}
--   - {test: points_below, columns: {value: pair_p, points: pair_points}, output: {score: unusual_points}, limits: {limit: max_pair_p}}
--   - {test: points_below, columns: {value: lenient_p, points: unusual_points}, output: {score: pair_score}, limits: {limit: max_lenient_p}}
--   - {test: points_below, columns: {value: reinstated_p, points: reinstated_points}, output: {score: reinstated_score}, limits: {limit: max_reinstated_p}}
--   - {test: larger, columns: {first: pair_score, second: reinstated_score}, output: {score: score}}
-- entities:
--   - {type: staff, column: staff_id, score: score}
-- indicators:
--   suspicious_staff:
--     value: count(distinct staff_id)
--     filter: score > 0
--     kind: count
--     unit: staff
--     breach: {above: 0}
--   frequent_pairs:
--     value: count(*)
--     filter: unusual_points > 0
--     kind: count
--     unit: pairs
--     severity: low
--   reinstatements:
--     value: sum(reinstated)
--     kind: count
--     unit: accounts
--     severity: low
-- alert:
--   repeat_after: 7d
--   evidence: [staff_id, creator_id, decisions, expected_decisions, approved, usual_approved_share, reinstated, staff_reinstated, expected_reinstated]
--   order_by: score desc
-- runbook: |
--   A hit is a lead, never the sole ground for discipline. Staff ids are pseudonyms; two people unmask one. Creators'
--   ids are shown to the team's readers only. Your own look-ups of this case are logged too.
--   1. `pair_score`: in `review_tasks`, list the pair's decisions of the 28 days up to `day`. `assignment` picked or
--      manual means somebody chose; `decision` approve at a high `model_score` is the favour.
--   2. Language specialists and small queues meet the same creators rightly: then `approved` over `decisions` is near
--      `usual_approved_share` and the score is 0. Ask the lead who hands the work out.
--   3. `reinstated_score`: in `appeals`, list `resolver_staff_id`, `outcome` overturned, joined to
--      `enforcement_actions` on `action_id` (`action` suspend or ban, a `rule_id`). Minutes from `filed_ts` to
--      `resolved_ts`, and the same `owner_account_id` twice, are telling.
--   4. Have somebody else decide the reinstated accounts anew within one day; suspend those that earn it.
--   5. Look for a link (`staff.linked_account_id`, shared devices) with security. Open a case with the ids.
-- blind_spots:
--   - a creator's second accounts, each met a few times only
--   - an account brought back without an appeal
--   - rewards for looking away in the other direction (not deciding at all)
-- false_positives:
--   - a team that repairs a faulty rule and reinstates in bulk (add an exception with an end date)
-- references:
--   - "United States v. Rosenberg et al. (W.D. Wash., indicted 2020): bribes to marketplace staff for reinstating suspended sellers"
-- related: [integrity.lenient_reviewer, integrity.off_scope_access]
-- ---
with tasks_decided as (
    -- unscored items have a band of their own
    select distinct
        review_id, staff_id, owner_account_id, coalesce(queue_id, 'unknown') as queue_id,
        coalesce(floor(5 * model_score), -1) as score_band, case when decision = 'approve' then 1e0 else 0e0 end as approved
    from review_tasks
    where staff_id is not null and owner_account_id is not null
),

approved_usually as (
    select queue_id, score_band, avg(approved) as approved_share
    from tasks_decided
    group by queue_id, score_band
),

decided_by_staff as (
    select staff_id, 1e0 * count(*) / sum(count(*)) over () as share from tasks_decided group by staff_id
),

decided_by_creator as (
    select owner_account_id, count(*) as decisions from tasks_decided group by owner_account_id
),

pairs as (
    select
        task.staff_id, task.owner_account_id, count(*) as decisions, sum(task.approved) as approved,
        avg(usual.approved_share) as usual_approved_share
    from tasks_decided as task
    inner join approved_usually as usual on usual.queue_id = task.queue_id and usual.score_band = task.score_band
    group by task.staff_id, task.owner_account_id
    having count(*) >= :min_listed
),

appeals_answered as (
    -- what was answered by the end of the day; a rule's suspension that is overturned is a reinstatement
    select distinct
        appeals.appeal_id, resolver_staff_id as staff_id, owner_account_id,
        case
            when outcome = 'overturned' and action in ('suspend', 'ban') and rule_id is not null
                and owner_account_id is not null then 1e0 else 0e0
        end as reinstated
    from appeals
    inner join enforcement_actions as act on act.action_id = appeals.action_id
    where resolver_staff_id is not null and resolved_ts < :day + interval '1 day'
),

answered_by_staff as (
    select
        staff_id, sum(reinstated) as staff_reinstated,
        1e0 * count(*) / sum(count(*)) over () * sum(sum(reinstated)) over () as expected_reinstated
    from appeals_answered
    group by staff_id
),

reinstatements as (
    select staff_id, owner_account_id, sum(reinstated) as reinstated
    from appeals_answered
    where reinstated > 0
    group by staff_id, owner_account_id
)

select
    coalesce(pairs.staff_id, back.staff_id) as staff_id,
    coalesce(pairs.owner_account_id, back.owner_account_id) as creator_id,
    coalesce(pairs.decisions, 0) as decisions, coalesce(creator.decisions * one.share, 0) as expected_decisions,
    cast(coalesce(approved, 0) as bigint) as approved, coalesce(usual_approved_share, 0) as usual_approved_share,
    cast(coalesce(reinstated, 0) as bigint) as reinstated, cast(coalesce(staff_reinstated, 0) as bigint) as staff_reinstated,
    coalesce(expected_reinstated, 0) as expected_reinstated,
    case when pairs.decisions >= :min_pairs and pairs.decisions > :min_ratio * creator.decisions * one.share
        then least(100e0, 40 + 5 * pairs.decisions) else 0e0 end as pair_points,
    case when reinstated > 0 and staff_reinstated >= :min_reinstated
        then least(100e0, 40 + 10 * staff_reinstated) else 0e0 end as reinstated_points
from pairs
full outer join reinstatements as back
    on back.staff_id = pairs.staff_id and back.owner_account_id = pairs.owner_account_id
left join decided_by_creator as creator on creator.owner_account_id = pairs.owner_account_id
left join decided_by_staff as one on one.staff_id = pairs.staff_id
left join answered_by_staff as answers on answers.staff_id = coalesce(pairs.staff_id, back.staff_id)
