-- ---
-- title: Sleeping accounts that wake on a stranger's phone
-- description: |
--   An account older than three months without a log-in for four weeks comes back from a device and a network it did not
--   sign up with, and acts at once; or several such accounts come back through one network or device. Velocity sees only
--   those that hurry.
-- owner: accounts_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: [T1586, "F3:T1586", T1078]
-- grain: [account_id]
-- columns:
--   account_id: bigint
--   device_id: text
--   ip24: text
--   ip_type: text
--   woke_ts: timestamp
--   created_on: date
--   actions: bigint
--   on_device: bigint
--   on_network: bigint
--   new_network: boolean
--   score: double
-- lookback: 28d
-- parameters: {min_age_days: 90, min_actions: 5, min_together: 4, min_history_days: 20}
-- entities:
--   - {type: account, column: account_id, score: score}
-- indicators:
--   taken_over:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: accounts
--     breach: {above: 1}
--   woken:
--     value: count(*)
--     kind: count
--     unit: accounts
--     breach: {above: 100, change: {against: same_weekday, direction: up, by: 100%, min_count: 100}}
--     severity: low
-- alert:
--   repeat_after: 7d
--   evidence: [account_id, woke_ts, device_id, ip24, actions, on_network, created_on]
--   order_by: score desc
-- runbook: |
--   1. Group by `ip24` and `device_id`: `on_network` and `on_device` count the accounts that woke there on the day. Many
--      from one hosting network is one list of leaked passwords.
--   2. `actions` are the account's likes, follows and shares of the day. In `engagements`, read the first hour after
--      `woke_ts`: the same targets by many woken accounts are what they were bought for.
--   3. In `logins`, look 28 days back at failed attempts for the same accounts: guessing came first.
--   4. Taken over: end all sessions, reset the password, undo the day's actions, tell the owner. Back from a break with a
--      new phone (few actions, a home network): close.
-- blind_spots:
--   - accounts that the owner also still uses
--   - takeovers that wait for more than a day after the log-in, or act fewer than min_actions times
--   - accounts without a sign-up device on record
--   - the first min_history_days of a history, when everybody seems to have slept
-- false_positives:
--   - people who come back with a new phone while travelling
--   - owners who hand an account to an agency
-- related: [platform_abuse.velocity, platform_abuse.device_farm]
-- ---
with logins_today as (
    select account_id, device_id, ip24, ip_type, event_ts,
        row_number() over (partition by account_id order by event_ts, event_id, device_id, ip24) as place
    from logins
    where ds = :day and success and account_id is not null and device_id is not null
),

awake_before as (
    -- any successful log-in counts, from whichever device
    select distinct account_id from logins where ds < :day and success
),

woken as (
    -- the first log-in of the day, of old accounts that slept, on a device they did not sign up with
    select
        logins_today.account_id, logins_today.device_id, logins_today.ip24, logins_today.ip_type, event_ts as woke_ts,
        cast(created_ts as date) as created_on,
        coalesce(logins_today.ip24 <> signup_ip24, false) as new_network
    from logins_today
    inner join accounts on accounts.account_id = logins_today.account_id
    where place = 1
        and created_ts < :day - cast(:min_age_days as integer) * interval '1 day'
        and logins_today.device_id <> signup_device_id
        and not exists (select 1 from awake_before where awake_before.account_id = logins_today.account_id)
),

actions_today as (
    select woken.account_id, count(distinct event_id) as actions
    from engagements
    inner join woken on woken.account_id = engagements.actor_id
    where ds = :day
    group by woken.account_id
),

together as (
    select
        woken.account_id, woken.device_id, woken.ip24, ip_type, woke_ts, created_on, new_network,
        coalesce(actions, 0) as actions,
        count(*) over (partition by woken.device_id) as on_device,
        case when woken.ip24 is null then 1 else count(*) over (partition by woken.ip24) end as on_network
    from woken
    left join actions_today on actions_today.account_id = woken.account_id
)

select
    account_id, device_id, ip24, ip_type, woke_ts, created_on, actions, on_device, on_network, new_network,
    case
        when new_network and history.days >= :min_history_days and (actions >= :min_actions or on_network >= :min_together or on_device >= :min_together)
        then least(100e0, 35e0 + actions + 4e0 * on_network + 10e0 * (on_device - 1))
        else 0e0
    end as score
from together
cross join (select count(distinct ds) as days from logins where ds < :day) as history
