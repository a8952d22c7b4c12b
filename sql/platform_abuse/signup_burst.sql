-- ---
-- title: Sign-up burst from one network
-- description: |
--   Many accounts created in a day from one /24, far above what that network usually sends and mostly with one handle
--   pattern. Clustering registrations by network and date found fake accounts with AUC .98 at LinkedIn.
-- owner: accounts_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["F3:T1585", "DISARM:T0090"]
-- grain: [ip24, market]
-- columns:
--   ip24: text
--   market: text
--   accounts: bigint
--   devices: bigint
--   usual: double
--   top_pattern: text
--   pattern_share: double
-- lookback: 29d
-- parameters: {min_accounts: 8, min_ratio: 3.0, min_pattern_share: 0.7, min_signups: 150}
-- entities:
--   - {type: ip, column: ip24, score: 40}
-- indicators:
--   signups:
--     value: sum(accounts)
--     kind: count
--     unit: accounts
--     breach: {above: min_signups, change: {against: same_weekday, direction: up, by: 100%, min_count: min_signups}}
--     severity: medium
--   burst_networks:
--     value: count(*)
--     filter: accounts >= :min_accounts and accounts > :min_ratio * usual and pattern_share >= :min_pattern_share
--     kind: count
--     unit: networks
--     breach: {above: 0}
--   burst_accounts:
--     value: sum(accounts)
--     filter: accounts >= :min_accounts and accounts > :min_ratio * usual and pattern_share >= :min_pattern_share
--     kind: count
--     unit: accounts
--     breach: {above: 200}
--     severity: critical
-- alert:
--   repeat_after: 7d
--   evidence: [ip24, market, accounts, usual, devices, top_pattern, pattern_share]
--   order_by: accounts desc
-- runbook: |
--   1. Take the three networks with the most `accounts`. `usual` is the network's own median of the 28 days
--      before; a network with usual 0 is new to us.
--   2. In `accounts`, for that `signup_ip24` and the day's `created_ts`, compare `handle_pattern`, `device_model`,
--      `app_version` and `email_domain`. `devices` far below `accounts` means one machine making many.
--   3. Look the network up: `ip_type` datacentre or hosting is a farm until shown otherwise; mobile is carrier NAT.
--   4. Check platform_abuse.device_farm for the same day and the next two for the same accounts.
--   5. Farm: suspend the accounts of that `signup_ip24` and day that share `top_pattern`, open a trend, and put the
--      network behind a challenge for seven days. Not a farm: add an exception with the reason and an end date.
-- blind_spots:
--   - residential proxies that spread one farm over many /24s
--   - slow farms that stay below min_accounts a day and network
--   - handles that are generated without a pattern
-- false_positives:
--   - carrier-grade NAT in small markets
--   - schools, fairs and events on one network (handles then differ)
-- references:
--   - "Xiao, Freeman, Hwa 2015: Detecting Clusters of Fake Accounts in Online Social Networks"
-- related: [platform_abuse.device_farm, risk.abuse_pressure]
-- ---
with signups as (
    -- accounts is kept whole, so the window is said here: the day and the 28 before it
    select
        signup_ip24 as ip24,
        coalesce(market, 'unknown') as market,
        coalesce(handle_pattern, 'none') as handle_pattern,
        cast(created_ts as date) as signup_day,
        signup_device_id as device_id,
        account_id
    from accounts
    where created_ts >= :day - interval '28 days'
        and created_ts < :day + interval '1 day'
        and signup_ip24 is not null
),

signups_today as (
    select * from signups where signup_day = :day
),

networks_today as (
    select
        ip24, market, count(distinct account_id) as accounts, count(distinct device_id) as devices
    from signups_today
    group by ip24, market
),

patterns_ranked as (
    -- the name breaks ties, so that running the day again names the same pattern
    select
        ip24, market, handle_pattern, count(distinct account_id) as accounts,
        row_number() over (
            partition by ip24, market order by count(distinct account_id) desc, handle_pattern
        ) as place
    from signups_today
    group by ip24, market, handle_pattern
),

earlier_days as (
    select distinct signup_day from signups where signup_day < :day
),

earlier_counts as (
    select ip24, market, signup_day, count(distinct account_id) as accounts
    from signups
    where signup_day < :day
    group by ip24, market, signup_day
),

usual_counts as (
    -- quiet days count as 0, else a network seen once would look used to its one busy day
    select
        today.ip24, today.market,
        percentile_cont(0.5) within group (order by coalesce(before.accounts, 0)) as usual
    from networks_today as today
    cross join earlier_days as calendar
    left join earlier_counts as before
        on before.ip24 = today.ip24
        and before.market = today.market
        and before.signup_day = calendar.signup_day
    group by today.ip24, today.market
)

select
    today.ip24,
    today.market,
    today.accounts,
    today.devices,
    coalesce(usual_counts.usual, 0) as usual,
    top.handle_pattern as top_pattern,
    1e0 * top.accounts / today.accounts as pattern_share
from networks_today as today
inner join patterns_ranked as top
    on top.ip24 = today.ip24 and top.market = today.market and top.place = 1
left join usual_counts
    on usual_counts.ip24 = today.ip24 and usual_counts.market = today.market
