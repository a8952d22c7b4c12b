-- ---
-- title: Paraphrased comment waves
-- description: |
--   Comments of the day that promote something, by many accounts, around one new word or link: the texts differ, but
--   share half of their MinHash band or the domain they lead to, which hardly anybody used in the four weeks before.
-- owner: spam_oncall
-- status: production
-- severity: high
-- policy: scams_and_fraud
-- techniques: ["DISARM:T0049", "DISARM:T0116"]
-- grain: [account_key]
-- columns:
--   account_key: text
--   cluster_key: text
--   accounts: bigint
--   comments: bigint
--   usual: double
--   own_comments: bigint
--   excerpt: text
--   score: double
-- lookback: 28d
-- parameters: {min_points: 2, min_listed: 5, min_accounts: 8, min_ratio: 8.0, min_history_days: 14}
-- entities:
--   - {type: account, column: account_key, score: score}
-- indicators:
--   paraphrased_waves:
--     value: count(distinct cluster_key)
--     filter: score > 0
--     kind: count
--     unit: waves
--     breach: {above: 0}
-- alert:
--   repeat_after: 7d
--   evidence: [cluster_key, accounts, comments, usual, own_comments, excerpt]
--   order_by: score desc
-- runbook: |
--   1. Group by `cluster_key` (`link` and a domain, or `first` and `second` halves of the MinHash band) and read one
--      `excerpt` of each of ten accounts: one offer in many words is a wave.
--   2. `usual` is how many comments a day had the key in the 27 days before; 0 is a name or link nobody knew.
--   3. In `comments`, take the accounts of `account_key` for the last 28 days: who writes nothing else was bought.
--   4. Wave: remove the accounts' comments of the day, limit the accounts for seven days, block the link or name. A new
--      product that everybody talks about: an exception for the `cluster_key` that ends in 14 days.
-- blind_spots:
--   - waves whose single comments do not promote by the signs of platform_abuse.comment_promotion
--   - paraphrases that share fewer than about half of their words, and no link
--   - words that were common before
--   - the first min_history_days of a history, when every word is new
-- false_positives:
--   - a launch or a giveaway that real people pass on
-- related: [platform_abuse.comment_copypaste, platform_abuse.comment_promotion]
-- ---
with promotions as (
    select comment_key from risk.comment_promotion where day = :day and points >= :min_points
),

text_keys as (
    -- either half of the band is the smallest of all the words' hashes: texts that share half of their words share it
    -- every other time
    select comment_id, account_id, ds, text, 'first ' || substr(minhash_band, 1, strpos(minhash_band, '-') - 1) as cluster_key
    from comments
    where ds <= :day and strpos(minhash_band, '-') > 1
    union all
    select comment_id, account_id, ds, text, 'second ' || substr(minhash_band, strpos(minhash_band, '-') + 1) as cluster_key
    from comments
    where ds <= :day and strpos(minhash_band, '-') > 1
    union all
    select comment_id, account_id, ds, text, 'link ' || url_domain as cluster_key
    from comments
    where ds <= :day and url_domain is not null
),

promoting as (
    select distinct comment_id, account_id, text, cluster_key
    from text_keys
    inner join promotions on promotions.comment_key = cast(text_keys.comment_id as varchar(40))
    where ds = :day and account_id is not null
),

clusters as (
    select cluster_key, count(distinct account_id) as accounts, count(distinct comment_id) as comments
    from promoting
    group by cluster_key
    having count(distinct account_id) >= :min_listed
),

before as (
    select clusters.cluster_key, count(*) as comments
    from text_keys
    inner join clusters on clusters.cluster_key = text_keys.cluster_key
    where ds < :day
    group by clusters.cluster_key
),

judged as (
    select clusters.cluster_key, accounts, clusters.comments, coalesce(before.comments, 0) / 27e0 as usual
    from clusters
    left join before on before.cluster_key = clusters.cluster_key
),

placed as (
    -- an account is told once, with its most unusual cluster
    select
        account_id, judged.cluster_key, accounts, comments, usual, text,
        count(*) over (partition by account_id, judged.cluster_key) as own_comments,
        row_number() over (
            partition by account_id
            order by comments / (1 + usual) desc nulls last, judged.cluster_key, comment_id, text
        ) as place
    from promoting
    inner join judged on judged.cluster_key = promoting.cluster_key
)

select
    cast(account_id as varchar(40)) as account_key,
    cluster_key,
    accounts,
    comments,
    usual,
    own_comments,
    substr(text, 1, 200) as excerpt,
    case
        when accounts >= :min_accounts and comments >= :min_ratio * usual and history.days >= :min_history_days then least(100e0, 30e0 + 2e0 * accounts)
        else 0e0
    end as score
from placed
cross join (select count(distinct ds) as days from comments where ds < :day) as history
where place = 1
