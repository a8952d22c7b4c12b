-- ---
-- title: Accounts that post the same thing together
-- description: |
--   Pairs of accounts that again and again within 14 days post the same sound, caption or linked site within minutes of
--   each other. The coordination interval is the data's own: the quickest tenth of all times between two accounts' posts
--   of one thing (CooRnet, q = .1), and a pair must be over the 95th percentile of all pairs that share something.
--   On a small platform the tenth falls outside 15 to 30 minutes most days, and the nearer bound is used.
-- owner: spam_oncall
-- status: production
-- severity: high
-- policy: scope_of_platform_service
-- techniques: ["DISARM:T0119", "DISARM:T0049.002"]
-- grain: [account_id, partner_id]
-- columns:
--   account_id: bigint
--   partner_id: bigint
--   co_posts: bigint
--   co_share: double
--   shared_things: bigint
--   markets: bigint
--   example: text
--   interval_s: double
--   usual_limit: double
--   score: double
-- lookback: 14d
-- parameters: {quantile: 0.1, min_interval_s: 900.0, max_interval_s: 1800.0, max_posts: 100, edge_quantile: 0.95, min_co_posts: 3, min_share: 0.3, min_share_of_one: 0.7}
-- entities:
--   - {type: account, column: account_id, score: score}
--   - {type: account, column: partner_id, score: score}
-- indicators:
--   pairs:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: pairs
--     breach: {above: 1}
--   across_markets:
--     value: count(*)
--     filter: score > 0 and markets > 1
--     kind: count
--     unit: pairs
--     breach: {above: 20}
--     severity: critical
-- alert:
--   repeat_after: 7d
--   evidence: [account_id, partner_id, co_posts, shared_things, markets, example, interval_s]
--   order_by: score desc
-- runbook: |
--   1. Draw the pairs as a graph: accounts that are all joined are one operation. `markets` above 1 is the same message
--      for several countries, the strongest sign.
--   2. `co_share` is how much of the quieter account's posts were co-posts: a newsroom's desks meet now and then (0.1),
--      an operation posts little else (0.8). `example` names one shared thing: `sound`, `caption` (its hash) or `link`. In `videos`, read the captions of both
--      accounts over the 14 days before the day, and open links only in the sandbox.
--   3. In `logins`, compare `device_id` and `ip24` of the accounts over the last 14 days.
--   4. Operation: limit the accounts, remove the shared videos, block the link, open a trend with sound and hashtag. One
--      artist's label, franchise or newsroom with several accounts: an exception that names both accounts and ends.
-- blind_spots:
--   - things posted more than max_posts times in 14 days join nobody (cap; hashtags are left out for the same reason)
--   - edited sounds, re-encoded videos and links through a shortener
--   - operations whose posts are further apart than max_interval_s, or are fewer than min_share of their posts (min_share_of_one
--     where they have only one site, sound or caption in common)
--   - a link is known by its site alone, not by its page
-- false_positives:
--   - several accounts of one newsroom, label or franchise
--   - fans who all post when a song is out (each pair once or twice)
-- references:
--   - "Giglietto et al. 2020: It takes a village to manipulate the media; CooRnet"
-- related: [platform_abuse.trend_rebound, platform_abuse.comment_copypaste]
-- ---
with posts as (
    -- videos is kept whole, so the window is said here
    select
        video_id, account_id, market, created_ts, sound_id, caption_minhash, external_url_domain,
        count(*) over (partition by account_id) as own_posts
    from videos
    where created_ts >= :day - interval '13 days' and created_ts < :day + interval '1 day' and account_id is not null
),

shares as (
    select 'sound ' || cast(sound_id as varchar(40)) as thing, video_id, account_id, market, created_ts, own_posts
    from posts
    where sound_id is not null
    union all
    select 'caption ' || cast(caption_minhash as varchar(40)) as thing, video_id, account_id, market, created_ts, own_posts
    from posts
    where caption_minhash is not null
    union all
    select 'link ' || external_url_domain as thing, video_id, account_id, market, created_ts, own_posts
    from posts
    where external_url_domain is not null
),

counted as (
    select thing, video_id, account_id, market, created_ts, own_posts, count(*) over (partition by thing) as posts
    from shares
),

pairs as (
    -- one thing posted by two accounts, however far apart; what everybody posts is left out before the self join
    select
        one.thing, one.account_id, other.account_id as partner_id, one.video_id, other.video_id as partner_video_id,
        case when one.market is distinct from other.market then 2 else 1 end as markets,
        greatest(one.created_ts, other.created_ts) as met_ts, least(one.own_posts, other.own_posts) as fewer_posts,
        abs(extract(epoch from one.created_ts) - extract(epoch from other.created_ts)) as apart_s
    from counted as one
    inner join counted as other on other.thing = one.thing and other.account_id > one.account_id
    where one.posts between 2 and :max_posts
),

coordination as (
    select least(:max_interval_s, greatest(:min_interval_s, percentile_cont(:quantile) within group (order by apart_s))) as interval_s
    from pairs
),

edges as (
    -- of two posts with two things in common, one counts
    select
        account_id, partner_id, max(markets) as markets, max(fewer_posts) as fewer_posts, min(case when apart_s <= interval_s then thing end) as example,
        max(interval_s) as interval_s, max(case when apart_s <= interval_s then met_ts end) as last_met_ts,
        least(
            count(distinct case when apart_s <= interval_s then video_id end),
            count(distinct case when apart_s <= interval_s then partner_video_id end)
        ) as co_posts,
        count(distinct case when apart_s <= interval_s then thing end) as shared_things
    from pairs
    cross join coordination
    group by account_id, partner_id
),

usual as (
    select percentile_cont(:edge_quantile) within group (order by co_posts) as usual_limit from edges
)

select
    account_id, partner_id, co_posts, 1e0 * co_posts / fewer_posts as co_share, shared_things, markets, example, interval_s, usual_limit,
    case
        when co_posts >= :min_co_posts and co_posts > usual_limit
            -- one site in common is weak: then the pair must do little else
            and co_posts >= fewer_posts * case when shared_things > 1 then :min_share else :min_share_of_one end
        then least(100e0, 40e0 + 5e0 * co_posts + case when markets > 1 then 15e0 else 0e0 end)
        else 0e0
    end as score
from edges
cross join usual
where co_posts >= 2 and last_met_ts >= :day
