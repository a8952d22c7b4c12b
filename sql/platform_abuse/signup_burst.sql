-- ---
-- title: Sign-up burst of one kind
-- description: |
--   Many accounts created in a day that have one thing in common: a /24, a provider (ASN), a device, or a shape of handle
--   in a market; far above what is usual for it, and on networks mostly with one handle pattern. Clustering
--   registrations by network and date found fake accounts with AUC .98 at LinkedIn; the other three find farms that
--   spread over many networks.
-- owner: accounts_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["F3:T1585", "DISARM:T0090"]
-- grain: [cluster_type, cluster_key, market]
-- columns:
--   cluster_type: text
--   cluster_key: text
--   market: text
--   entity_type: text
--   accounts: bigint
--   devices: bigint
--   networks: bigint
--   usual: double
--   top_pattern: text
--   pattern_share: double
--   score: double
-- lookback: 29d
-- parameters: {min_accounts: 8, min_device_accounts: 4, min_ratio: 3.0, min_pattern_share: 0.7, min_spread: 5.0, min_listed: 3, min_signups: 150}
-- entities:
--   - {type: cluster, type_from: entity_type, column: cluster_key, score: score}
-- indicators:
--   signups:
--     value: sum(accounts)
--     filter: cluster_type = 'ip24'
--     kind: count
--     unit: accounts
--     breach: {above: min_signups, change: {against: same_weekday, direction: up, by: 100%, min_count: min_signups}}
--     severity: medium
--   burst_networks:
--     value: count(*)
--     filter: score > 0 and cluster_type = 'ip24'
--     kind: count
--     unit: networks
--     breach: {above: 0}
--   burst_clusters:
--     value: count(*)
--     filter: score > 0 and cluster_type <> 'ip24'
--     kind: count
--     unit: providers, devices and patterns
--     breach: {above: 0}
--   burst_accounts:
--     value: max(accounts)
--     filter: score > 0
--     kind: count
--     unit: accounts of the largest burst
--     breach: {above: 200}
--     severity: critical
-- alert:
--   repeat_after: 7d
--   evidence: [cluster_type, cluster_key, market, accounts, usual, networks, devices, top_pattern, pattern_share]
--   order_by: score desc
-- runbook: |
--   1. Take the three clusters with the highest `score`. `usual` is the cluster's own median of the 28 days before; 0 is
--      new to us. The same farm may show as `ip24`, `asn`, `device` and `handle pattern`: compare `market`.
--   2. In `accounts`, for that `signup_ip24` (or `signup_asn`, `signup_device_id`, `handle_pattern` and market) and the
--      day's `created_ts`, compare `device_model`, `app_version` and `email_domain`. `devices` far below `accounts` means
--      one machine making many; `networks` near `accounts` means residential proxies.
--   3. Look the network up: `ip_type` datacentre or hosting is a farm until shown otherwise; mobile is carrier NAT.
--   4. Check platform_abuse.device_farm for the same day and the next two for the same accounts.
--   5. Farm: suspend the accounts of that cluster and day that share `top_pattern`, open a trend, and put the network or
--      the handle pattern behind a challenge for seven days. Not a farm: add an exception with the reason and an end date.
-- blind_spots:
--   - farms spread over networks, devices and handle patterns at once
--   - slow farms that stay below min_accounts a day
-- false_positives:
--   - carrier-grade NAT in small markets
--   - schools, fairs and events on one network (handles then differ)
--   - a joke or a star that makes people choose handles of one shape
-- references:
--   - "Xiao, Freeman, Hwa 2015: Detecting Clusters of Fake Accounts in Online Social Networks"
-- related: [platform_abuse.device_farm, risk.abuse_pressure]
-- ---
with signups as (
    -- accounts is kept whole, so the window is said here: the day and the 28 before it
    select account_id, signup_ip24, signup_device_id, signup_asn,
        coalesce(market, 'unknown') as market, coalesce(handle_pattern, 'none') as handle_pattern,
        cast(created_ts as date) as signup_day
    from accounts
    where created_ts >= :day - interval '28 days' and created_ts < :day + interval '1 day'
),

clustered as (
    select 'ip24' as cluster_type, signup_ip24 as cluster_key, signups.* from signups where signup_ip24 is not null
    union all
    select 'asn' as cluster_type, 'AS' || cast(signup_asn as varchar(40)) as cluster_key, signups.* from signups where signup_asn is not null
    union all
    select 'device' as cluster_type, signup_device_id as cluster_key, signups.* from signups where signup_device_id is not null
    union all
    select 'handle pattern' as cluster_type, handle_pattern || ' in ' || market as cluster_key, signups.* from signups
),

clusters_today as (
    select cluster_type, cluster_key, market, count(distinct account_id) as accounts,
        count(distinct signup_device_id) as devices, count(distinct signup_ip24) as networks
    from clustered
    where signup_day = :day
    group by cluster_type, cluster_key, market
    having cluster_type = 'ip24' or count(distinct account_id) >= :min_listed
),

patterns_ranked as (
    -- the name breaks ties, so that running the day again names the same pattern
    select cluster_type, cluster_key, market, handle_pattern, count(distinct account_id) as accounts,
        row_number() over (partition by cluster_type, cluster_key, market order by count(distinct account_id) desc, handle_pattern) as place
    from clustered
    where signup_day = :day
    group by cluster_type, cluster_key, market, handle_pattern
),

earlier_counts as (
    select cluster_type, cluster_key, market, signup_day, count(distinct account_id) as accounts
    from clustered
    where signup_day < :day
    group by cluster_type, cluster_key, market, signup_day
),

usual_counts as (
    -- quiet days count as 0, else a network seen once would look used to its one busy day
    select today.cluster_type, today.cluster_key, today.market, percentile_cont(0.5) within group (order by coalesce(before.accounts, 0)) as usual
    from clusters_today as today
    cross join (select distinct signup_day from signups where signup_day < :day) as calendar
    left join earlier_counts as before
        on before.cluster_type = today.cluster_type and before.cluster_key = today.cluster_key
        and before.market = today.market and before.signup_day = calendar.signup_day
    group by today.cluster_type, today.cluster_key, today.market
),

judged as (
    select today.cluster_type, today.cluster_key, today.market, today.accounts, today.devices, today.networks,
        coalesce(usual_counts.usual, 0) as usual, top.handle_pattern as top_pattern, 1e0 * top.accounts / today.accounts as pattern_share
    from clusters_today as today
    inner join patterns_ranked as top
        on top.cluster_type = today.cluster_type and top.cluster_key = today.cluster_key and top.market = today.market and top.place = 1
    left join usual_counts
        on usual_counts.cluster_type = today.cluster_type and usual_counts.cluster_key = today.cluster_key and usual_counts.market = today.market
)

select
    cluster_type, cluster_key, market,
    case cluster_type when 'ip24' then 'ip' when 'device' then 'device' else 'cluster' end as entity_type,
    accounts, devices, networks, usual, top_pattern, pattern_share,
    case
        when cluster_type in ('ip24', 'asn') and accounts >= :min_accounts and accounts > :min_ratio * usual and pattern_share >= :min_pattern_share
            or cluster_type = 'device' and accounts >= :min_device_accounts and accounts > :min_ratio * usual
            -- patterns have many honest owners: their count varies by its root
            or cluster_type = 'handle pattern' and accounts >= :min_accounts and accounts > usual + :min_spread * sqrt(1e0 + usual)
        then least(100e0, 40e0 + accounts - usual)
        else 0e0
    end as score
from judged
