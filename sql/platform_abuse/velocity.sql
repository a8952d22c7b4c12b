-- ---
-- title: Faster than people of that age
-- description: |
--   An account that acts more often within an hour than 999 of 1,000 account-hours of accounts as old as itself in the
--   week before, and far more often than it ever did itself: taken over, sold, or driven by a script.
-- owner: accounts_oncall
-- status: production
-- severity: medium
-- policy: scope_of_platform_service
-- techniques: [T1586, "DISARM:T0049.003"]
-- grain: [account_id, acted_hour]
-- columns:
--   account_id: bigint
--   acted_hour: timestamp
--   cohort: text
--   actions: bigint
--   cohort_limit: double
--   own_highest: bigint
--   score: double
-- lookback: 7d
-- parameters: {quantile: 0.999, min_hours: 1000, min_actions: 15, min_own_ratio: 3.0}
-- entities:
--   - {type: account, column: account_id, score: score}
-- indicators:
--   fast_accounts:
--     value: count(distinct account_id)
--     filter: score > 0
--     kind: count
--     unit: accounts
--     breach: {above: 1}
--   fast_hours:
--     value: count(*)
--     kind: count
--     unit: account-hours over their cohort's limit
--     breach: {above: 200, change: {against: same_weekday, direction: up, by: 100%, min_count: 200}}
--     severity: low
-- alert:
--   repeat_after: 7d
--   evidence: [account_id, acted_hour, actions, cohort_limit, own_highest, cohort]
--   order_by: score desc
-- runbook: |
--   1. `actions` are likes, follows, shares and comments within `acted_hour`; `cohort_limit` is what one account-hour in
--      1,000 of that `cohort` reached in the six days before, `own_highest` the account's own best hour of these days.
--   2. `own_highest` 0 in an old cohort: look the account up in platform_abuse.dormant_wakeup of the same day, and in
--      `logins` for a `device_id` and `ip24` that it never used in the last 28 days.
--   3. In `engagements`, read the hour's targets: one owner's videos mean bought likes, a list of strangers to follow
--      means growth automation.
--   4. Taken over: end all sessions, restore the account to its owner, undo the hour's actions. Automation: limit it for
--      seven days. A heavy fan on a premiere night: close.
-- blind_spots:
--   - accounts that are always fast (they are compared with themselves too)
--   - scripts that stay within their cohort's pace
--   - hours before an account is known to `accounts` (cohort unknown)
-- false_positives:
--   - a premiere, a match or an election night
--   - people who clear a long list of saved videos
-- related: [platform_abuse.dormant_wakeup, platform_abuse.lockstep]
-- ---
with actions as (
    select 'like ' || cast(event_id as varchar(40)) as event, actor_id as account_id, ds, date_trunc('hour', event_ts) as acted_hour
    from engagements
    where ds <= :day and actor_id is not null and event_ts is not null
    union all
    select 'comment ' || cast(comment_id as varchar(40)) as event, account_id, ds, date_trunc('hour', event_ts) as acted_hour
    from comments
    where ds <= :day and account_id is not null and event_ts is not null
),

hours_before as (
    -- an event that arrived twice makes no difference to a quantile
    select account_id, acted_hour, count(*) as actions
    from actions
    where ds < :day
    group by account_id, acted_hour
),

hours_today as (
    select account_id, acted_hour, count(distinct event) as actions
    from actions
    where ds = :day
    group by account_id, acted_hour
),

cohorts as (
    select account_id,
        case when created_ts >= :day - interval '7 days' then 'week'
            when created_ts >= :day - interval '30 days' then 'month'
            when created_ts >= :day - interval '180 days' then 'half year'
            else 'older' end as cohort
    from accounts
    where created_ts < :day + interval '1 day'
),

counted as (
    -- a count of counts is small, whatever the platform's size
    select coalesce(cohort, 'unknown') as cohort, actions, count(*) as hours
    from hours_before
    left join cohorts on cohorts.account_id = hours_before.account_id
    group by coalesce(cohort, 'unknown'), actions
),

summed as (
    select cohort, actions,
        sum(hours) over (partition by cohort order by actions rows between unbounded preceding and current row) as hours_up_to,
        sum(hours) over (partition by cohort) as hours_in_all
    from counted
),

limits as (
    select cohort, min(actions) as cohort_limit
    from summed
    where hours_up_to >= :quantile * hours_in_all and hours_in_all >= :min_hours
    group by cohort
),

highest as (
    select account_id, max(actions) as own_highest from hours_before group by account_id
),

judged as (
    -- a cohort with too few hours for a thousandth of its own takes the widest limit
    select hours_today.account_id, acted_hour, coalesce(cohorts.cohort, 'unknown') as cohort, actions,
        coalesce(cohort_limit, (select max(cohort_limit) from limits)) as cohort_limit, coalesce(own_highest, 0) as own_highest
    from hours_today
    left join cohorts on cohorts.account_id = hours_today.account_id
    left join limits on limits.cohort = coalesce(cohorts.cohort, 'unknown')
    left join highest on highest.account_id = hours_today.account_id
)

select
    account_id, acted_hour, cohort, actions, cohort_limit, own_highest,
    case
        when actions >= :min_actions and actions >= :min_own_ratio * own_highest then least(100e0, 20e0 + 20e0 * actions / cohort_limit)
        else 0e0
    end as score
from judged
where actions > cohort_limit
