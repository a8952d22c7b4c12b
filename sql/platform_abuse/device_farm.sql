-- ---
-- title: Many accounts on one device
-- description: |
--   One device logs in to many accounts in a day and switches between them. A family shares a phone among two or
--   three accounts; a farm goes through dozens.
-- owner: accounts_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["F3:T1585", "DISARM:T0090"]
-- grain: [device_id]
-- columns:
--   device_id: text
--   accounts: bigint
--   new_accounts: bigint
--   switches: bigint
--   logins: bigint
--   networks: bigint
--   first_login: timestamp
--   last_login: timestamp
--   score: double
-- lookback: 1d
-- parameters: {min_accounts: 5, many_accounts: 8, min_switch_ratio: 1.5, new_days: 30}
-- entities:
--   - {type: device, column: device_id, score: score}
-- indicators:
--   farms:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: devices
--     breach: {above: 0}
--   farmed_accounts:
--     value: sum(accounts)
--     filter: score > 0
--     kind: count
--     unit: accounts
--     breach: {above: 100}
--     severity: critical
--   shared_devices:
--     value: count(*)
--     kind: count
--     unit: devices
--     breach: {above: 100, change: {against: same_weekday, direction: up, by: 100%, min_count: 100}}
--     severity: low
-- alert:
--   repeat_after: 7d
--   evidence: [device_id, score, accounts, new_accounts, switches, logins, networks, first_login, last_login]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score`. `switches` near `logins` is a machine that walks a list; `switches` near `accounts` is a
--      shared phone.
--   2. `new_accounts` are those created within 30 days before the day. Nearly all new: a farm. Nearly all old: a shop
--      that repairs phones, or accounts bought and taken over; compare `accounts.status` as of the day.
--   3. In `logins`, take the `device_id` for the 24 hours between `first_login` and `last_login`: many `networks` from
--      one device is a proxy switcher.
--   4. In `engagements` and `comments`, look 7 days back for the same accounts acting on one target.
--   5. Farm: challenge every account of the device at its next login, suspend those in `new_accounts`, ban the device.
-- blind_spots:
--   - emulators that draw a new device id for each account
--   - farms with one phone per account
-- false_positives:
--   - phones in shops, schools and call centres
--   - social media agencies with clients' accounts (few switches, old accounts)
-- related: [platform_abuse.signup_burst, risk.abuse_pressure]
-- ---
with logins_today as (
    -- failed attempts are left out: guessing passwords is another matter
    select device_id, account_id, event_ts, event_id, ip24
    from logins
    where ds = :day and success and device_id is not null and account_id is not null
),

shared_devices as (
    -- devices of one account are nearly all, and never a farm
    select device_id
    from logins_today
    group by device_id
    having count(distinct account_id) >= 2
),

logins_on_shared as (
    select
        logins_today.device_id, logins_today.account_id, event_ts, event_id, ip24,
        lag(logins_today.account_id) over (
            partition by logins_today.device_id order by event_ts, event_id
        ) as account_before
    from logins_today
    inner join shared_devices on shared_devices.device_id = logins_today.device_id
),

devices as (
    select
        device_id,
        count(distinct logins_on_shared.account_id) as accounts,
        count(distinct case
            when accounts.created_ts >= :day - cast(:new_days as integer) * interval '1 day'
            then logins_on_shared.account_id
        end) as new_accounts,
        -- the event id is unique, so an event delivered twice is no switch and no second login
        count(distinct case when account_before <> logins_on_shared.account_id then event_id end) as switches,
        count(distinct event_id) as logins,
        count(distinct ip24) as networks,
        min(event_ts) as first_login,
        max(event_ts) as last_login
    from logins_on_shared
    left join accounts on accounts.account_id = logins_on_shared.account_id
    group by device_id
)

select
    device_id, accounts, new_accounts, switches, logins, networks, first_login, last_login,
    -- a large family has five accounts on a tablet too, but does not go round and round among them
    case
        when accounts >= :many_accounts or (accounts >= :min_accounts and switches >= :min_switch_ratio * accounts)
        then least(100e0, 25e0 + 4e0 * accounts + 1e0 * switches)
        else 0e0
    end as score
from devices
