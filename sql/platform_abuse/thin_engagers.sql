-- ---
-- title: Targets liked by accounts that do nothing else
-- description: |
--   A video or account whose engagers of the day are mostly accounts with this one active day in four weeks and at most
--   two actions. Bought stars on GitHub were found by the same sign (StarScout).
-- owner: spam_oncall
-- status: production
-- severity: medium
-- policy: scope_of_platform_service
-- techniques: ["DISARM:T0118", "DISARM:T0090"]
-- grain: [target_type, target_id]
-- columns:
--   target_type: text
--   target_id: bigint
--   owner_id: bigint
--   engagers: bigint
--   thin_engagers: bigint
--   thin_share: double
--   usual_share: double
--   score: double
-- lookback: 28d
-- parameters: {max_actions: 2, min_listed: 3, min_thin: 12, min_share: 0.3, min_ratio: 3.0}
-- entities:
--   - {type: video, type_from: target_type, column: target_id, score: score}
-- indicators:
--   bought_targets:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: targets
--     breach: {above: 0}
--   thin_engagements:
--     value: sum(thin_engagers)
--     filter: score > 0
--     kind: count
--     unit: engagers
--     breach: {above: 500}
--     severity: high
-- alert:
--   repeat_after: 7d
--   evidence: [target_type, target_id, owner_id, thin_engagers, engagers, thin_share]
--   order_by: score desc
-- runbook: |
--   1. `thin_share` says how much of the day's audience did nothing else in 28 days, `usual_share` how much of the whole
--      platform's audience did. A new star's fans reach 0.1 to 0.2; a seller's delivery 0.5 and more.
--   2. In `engagements`, take the target's `actor_id` of the day, and in `accounts` their `created_ts`, `signup_ip24`,
--      `handle_pattern`: bought accounts signed up within weeks of each other.
--   3. In `engagements`, take all targets of `owner_id` for the last 28 days: a customer comes back.
--   4. Bought: remove the day's engagements by the thin accounts, challenge these accounts, warn the owner. A film, an
--      event or a link from outside brought new people: an exception that ends in seven days.
-- blind_spots:
--   - deliveries by accounts that are kept busy with other likes (see platform_abuse.lockstep)
--   - the first weeks of a history, when everybody looks new (usual_share is high)
--   - fewer than min_thin a day, or hidden in an audience so large that they stay under min_share
-- false_positives:
--   - a link from a large site that brings people who join for one video
--   - a creator's own campaign to sign up
-- references:
--   - "He et al. 2024: 4.5 Million (Suspected) Fake Stars in GitHub (StarScout)"
-- related: [platform_abuse.lockstep, platform_abuse.signup_burst]
-- ---
with engagements_today as (
    -- an event that arrives twice is one
    select distinct event_id, actor_id, target_type, target_id, target_owner_id
    from engagements
    where ds = :day and actor_id is not null and target_id is not null and target_type is not null
),

actors_today as (
    select actor_id, count(*) as actions
    from engagements_today
    group by actor_id
),

seen_before as (
    select distinct engagements.actor_id
    from engagements
    inner join actors_today on actors_today.actor_id = engagements.actor_id
    where engagements.ds < :day
),

thin_actors as (
    select actor_id
    from actors_today
    where actions <= :max_actions
        and not exists (select 1 from seen_before where seen_before.actor_id = actors_today.actor_id)
),

usual as (
    select 1e0 * count(thin_actors.actor_id) / nullif(count(*), 0) as usual_share
    from actors_today
    left join thin_actors on thin_actors.actor_id = actors_today.actor_id
),

targets as (
    select
        engagements_today.target_type, engagements_today.target_id, min(target_owner_id) as owner_id,
        count(distinct engagements_today.actor_id) as engagers,
        count(distinct thin_actors.actor_id) as thin_engagers
    from engagements_today
    left join thin_actors on thin_actors.actor_id = engagements_today.actor_id
    group by engagements_today.target_type, engagements_today.target_id
)

select
    target_type,
    target_id,
    owner_id,
    engagers,
    thin_engagers,
    1e0 * thin_engagers / engagers as thin_share,
    usual_share,
    case
        when thin_engagers >= :min_thin and thin_engagers >= greatest(:min_share, :min_ratio * usual_share) * engagers
        then least(100e0, 30e0 + 40e0 * thin_engagers / engagers + 0.5e0 * thin_engagers)
        else 0e0
    end as score
from targets
cross join usual
where thin_engagers >= :min_listed
