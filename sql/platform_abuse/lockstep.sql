-- ---
-- title: Accounts that act in lockstep
-- description: |
--   Groups of accounts that act on the same quiet targets in the same hours, again and again within 14 days: likes and
--   follows for sale. Only hours count that hold much of a target's day, so a busy target joins nobody, and what a
--   ring does alone to hide itself weighs nothing. SynchroTrap found over two million accounts in a month this way.
-- owner: accounts_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["DISARM:T0049.003", "DISARM:T0118"]
-- grain: [account_id]
-- columns:
--   account_id: text
--   partners: text
--   partner_count: bigint
--   shared_hours: bigint
--   jaccard: double
--   busy_hours: bigint
--   shared_a_day: double
--   points: double
--   group_id: text
--   group_size: double
--   score: double
-- lookback: 14d
-- parameters: {min_shared: 10, min_jaccard: 0.5, min_group: 5, min_actions: 3, max_actions: 60, min_day_share: 0.2, min_a_day: 3.0}
-- score:
--   - {test: connected_groups, columns: {node: account_id, neighbours: partners}, output: {group: group_id, size: group_size}}
--   - {test: points_at_least, columns: {value: group_size, points: points}, output: {score: score}, limits: {limit: min_group}}
-- entities:
--   - {type: account, column: account_id, score: score}
-- indicators:
--   groups:
--     value: count(distinct group_id)
--     filter: score > 0
--     kind: count
--     unit: groups
--     breach: {above: 0}
--   accounts_in_groups:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: accounts
--     breach: {above: 100}
--     severity: critical
-- alert:
--   repeat_after: 7d
--   evidence: [account_id, group_id, group_size, shared_hours, jaccard, partner_count]
--   order_by: score desc
-- runbook: |
--   1. Group by `group_id`. `shared_hours` is how often an account met its best partner within 14 days, `jaccard` how much
--      of both accounts' busy hours that is; 1.0 is a machine, 0.5 a person who is told what to like.
--   2. In `engagements`, take the group's `actor_id` for the 14 days before the day and list `target_id` by how many of
--      the group acted on it: these are the customers.
--   3. In `logins`, compare `device_id` and `ip24` of the group over the last 14 days; in `accounts`, `created_ts` and
--      `handle_pattern`. Nothing in common but the targets is usual for paid people.
--   4. Ring: remove the group's actions of the 14 days, limit the accounts, warn the customers. Friends, a class or a
--      club act on each other's videos only: an exception that ends in 28 days.
-- blind_spots:
--   - targets so busy that no hour holds min_day_share of their day (hot targets join nobody, which also bounds the cost)
--   - hours with more than max_actions on one target
--   - rings that spread a job over more than an hour, or meet fewer than min_shared times in 14 days
--   - rings that work as slowly as friends meet (under min_a_day), which stand in the table with score 0
--   - rings that did not act together on the day
-- false_positives:
--   - a class or a club that likes each other's videos at the same time of the day
--   - accounts of one agency
-- references:
--   - "Beutel et al. 2013: CopyCatch; Cao et al. 2014: Uncovering Large Groups of Active Malicious Accounts (SynchroTrap)"
-- related: [platform_abuse.thin_engagers, platform_abuse.velocity]
-- ---
with hours as (
    select target_type, target_id, date_trunc('hour', event_ts) as acted_hour, count(*) as actions
    from engagements
    where ds <= :day and actor_id is not null and event_ts is not null
    group by target_type, target_id, date_trunc('hour', event_ts)
    having count(*) between :min_actions and :max_actions
),

days as (
    select target_type, target_id, cast(event_ts as date) as acted_on, count(*) as actions
    from engagements
    where ds <= :day and actor_id is not null and event_ts is not null
    group by target_type, target_id, cast(event_ts as date)
),

busy_hours as (
    -- an hour that holds much of a quiet target's day; hot targets fall out here, before the self join
    select hours.target_type, hours.target_id, hours.acted_hour
    from hours
    inner join days
        on days.target_id = hours.target_id
        and days.target_type = hours.target_type
        and days.acted_on = cast(hours.acted_hour as date)
    where hours.actions >= :min_day_share * days.actions
),

met as (
    -- twice on one target within the hour is once, and so is an event that arrives twice
    select distinct engagements.actor_id, busy_hours.target_type, busy_hours.target_id, busy_hours.acted_hour
    from engagements
    inner join busy_hours
        on busy_hours.target_id = engagements.target_id
        and busy_hours.target_type = engagements.target_type
        and busy_hours.acted_hour = date_trunc('hour', engagements.event_ts)
    where engagements.ds <= :day and engagements.actor_id is not null
),

members as (
    -- who can have enough meetings, and still meets on the day
    select actor_id, count(*) as busy_hours
    from met
    group by actor_id
    having count(*) >= :min_shared and max(acted_hour) >= :day
),

meetings as (
    select met.actor_id, met.target_type, met.target_id, met.acted_hour, members.busy_hours
    from met
    inner join members on members.actor_id = met.actor_id
),

pairs as (
    select
        one.actor_id, other.actor_id as partner_id, one.busy_hours, count(*) as shared_hours,
        1e0 * count(*) / count(distinct cast(one.acted_hour as date)) as shared_a_day,
        1e0 * count(*) / (one.busy_hours + other.busy_hours - count(*)) as jaccard
    from meetings as one
    inner join meetings as other
        on other.target_id = one.target_id
        and other.target_type = one.target_type
        and other.acted_hour = one.acted_hour
        and other.actor_id <> one.actor_id
    group by one.actor_id, other.actor_id, one.busy_hours, other.busy_hours
    having count(*) >= :min_shared
)

select
    cast(actor_id as varchar(40)) as account_id,
    string_agg(cast(partner_id as varchar(40)), ' ' order by partner_id) as partners,
    count(*) as partner_count,
    max(shared_hours) as shared_hours,
    max(jaccard) as jaccard,
    max(busy_hours) as busy_hours,
    max(shared_a_day) as shared_a_day,
    -- friends meet once or twice a day, who is paid meets in bulk; more meetings and closer ones are stronger evidence
    case when max(shared_a_day) >= :min_a_day then least(100e0, 30e0 + 40e0 * max(jaccard) + max(shared_hours)) else 0e0 end as points
from pairs
where jaccard >= :min_jaccard
group by actor_id
