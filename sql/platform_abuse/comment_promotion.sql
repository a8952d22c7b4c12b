-- ---
-- title: Comments that promote something
-- description: |
--   A comment that leads the reader elsewhere: a link, an address, a call to subscribe or visit, the writer's own
--   channel or shop, money. Each sign gives points; a comment with enough points promotes, and an account that does so
--   more than once on the day is a finding.
-- owner: spam_oncall
-- status: production
-- severity: medium
-- policy: scams_and_fraud
-- techniques: ["DISARM:T0116", "DISARM:T0122"]
-- grain: [comment_key]
-- columns:
--   comment_key: text
--   account_key: text
--   points: integer
--   has_link: boolean
--   has_contact: boolean
--   asks_to_subscribe: boolean
--   asks_to_check_out: boolean
--   asks_to_go: boolean
--   names_own_place: boolean
--   names_own_work: boolean
--   names_money: boolean
--   comments_today: bigint
--   account_promotions: bigint
--   excerpt: text
--   score: double
-- lookback: 1d
-- parameters: {min_points: 2, sure_points: 3, min_by_account: 2}
-- entities:
--   - {type: account, column: account_key, score: score}
--   - {type: comment, column: comment_key, score: score}
-- indicators:
--   promotion_share:
--     numerator: count(case when points >= :min_points then 1 end)
--     denominator: max(comments_today)
--     kind: rate
--     unit: share of comments
--     breach: {target: {at_most: 0.2, min_n: 500}}
--     severity: high
--   promotions:
--     value: count(*)
--     filter: points >= :min_points
--     kind: count
--     unit: comments
--     breach: {above: 200, change: {against: same_weekday, direction: up, by: 50%, min_count: 200}}
-- alert:
--   repeat_after: 7d
--   evidence: [score, points, excerpt, account_key, has_link, has_contact, names_money, comment_key]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score` (more for accounts with several such comments: `account_promotions`) and read the first ten `excerpt`. `has_link` with `names_money` is most often a scam;
--      `asks_to_subscribe` with `names_own_place` is a small creator who advertises.
--   2. Group by `account_key`: five or more on the day from one account is automation. In `comments`, read that
--      account's last 28 days.
--   3. Open links only in the sandbox. Note the domain, and count it over the last 7 days in `comments.url_domain`.
--   4. Scam or automation: remove the comments named in `comment_key`, limit the accounts, block the domain. Single
--      self-promotion: hide the comment, no strike.
--   5. If `promotion_share` breached, compare with platform_abuse.comment_copypaste of the same day: one wave or many?
-- blind_spots:
--   - promotion in languages whose words are not listed (the signs of links and contacts still hold)
--   - words spelt with spaces or look-alike letters between the letters
--   - a bare channel name without a call
-- false_positives:
--   - the uploader's own links under their own video
--   - viewers who quote a link to the original song
--   - people who talk about subscribing or money without asking for either
-- related: [platform_abuse.comment_copypaste]
-- ---
with comments_today as (
    -- a platform with numeric ids has comment_id and account_id, others have comment_ref and author
    select
        coalesce(cast(comment_id as varchar(40)), comment_ref) as comment_key,
        coalesce(cast(account_id as varchar(40)), author, 'unknown') as account_key,
        event_ts,
        text,
        lower(text) as said,
        -- words between single spaces, so that a word can be looked for as a word
        ' ' || translate(lower(text), '.,;:!?()[]{}<>"''*-_/|#&+~=' || chr(10) || chr(13), repeat(' ', 40)) || ' ' as words,
        url_domain
    from comments
    where ds = :day and text is not null
),

comments_once as (
    -- an event may be delivered twice
    select
        comment_key, account_key, text, said, words, url_domain,
        row_number() over (partition by comment_key order by event_ts, account_key, text) as place
    from comments_today
    where comment_key is not null
),

signs as (
    -- The words are the common vocabulary of promotion, as platforms' spam policies and creators' advice name it
    -- (subscribe, check out, my channel, free money ...), first written without looking at labelled data, then widened
    -- twice on two of the five files of tests/comments; the figures to believe are those of the other three.
    -- A sign is there when taking it away changes the text: the one test of a pattern that all engines share.
    select
        comment_key, account_key, text,
        url_domain is not null
            or regexp_replace(said, 'https?:|www[.]|[?]v=|[a-z0-9] ?[.] ?(com|net|org|info|biz|tv|io)([^a-z]|$)|[a-z0-9][.][a-z]{2,3}/', '') <> said
            as has_link,
        regexp_replace(said, '[a-z0-9][@][a-z0-9-]+[.][a-z]|whats ?app|telegram|[+][0-9][0-9 ()-]{7}|[^a-z0-9][13][a-z0-9]{25,34}[^a-z0-9]', '') <> said
            as has_contact,
        regexp_replace(words, ' (su[a-z]*crib(e|es|er|ers|ing)|subs?|(follow|add) +(me|us|my|our|[0-9]|for))[^a-z]', '') <> words
            as asks_to_subscribe,
        regexp_replace(words, ' (my|our) +([a-z0-9]+ +){0,2}(channel|page|profile|blog|site|website|store|shop|app|playlist|facebook|instagram|twitter)[^a-z]', '') <> words
            as names_own_place,
        regexp_replace(words, ' (my|our) +([a-z0-9]+ +){0,2}(videos?|vids?|music|songs?|tracks?|rap|covers?|remix|remixes|album|mixtape|band)[^a-z]', '') <> words
            as names_own_work,
        regexp_replace(words, ' check(ed|ing)? +([a-z]+ +){0,2}out[^a-z]', '') <> words
            as asks_to_check_out,
        regexp_replace(words, ' ((check|see|watch|look +at|listen +to|like) +(my|our)|visit|click|go +to|come +to|join|sign +up'
            || '|search|look +up|a +look|vote|support +(me|us|my)|share|get +(free|paid|your))[^a-z]', '') <> words
            as asks_to_go,
        regexp_replace(words, ' (earn|earning|money|cash|paid|paypal|bitcoins?|gift +cards?|giveaway|free|discount|promo|donate|win)[^a-z]|[$€£] ?[0-9]|[0-9] ?[$€£]', '') <> words
            as names_money
    from comments_once
    where place = 1
),

pointed as (
    select
        signs.*,
        case when has_link then 2 else 0 end + case when has_contact then 2 else 0 end
        + case when asks_to_subscribe then 2 else 0 end + case when names_own_place then 2 else 0 end
        + case when asks_to_check_out then 2 else 0 end
        + case when names_own_work then 1 else 0 end
        + case when asks_to_go then 1 else 0 end + case when names_money then 1 else 0 end as points,
        count(*) over () as comments_today
    from signs
),

of_account as (
    select pointed.*, count(case when points >= :sure_points then 1 end) over (partition by account_key) as account_promotions
    from pointed
)

select
    comment_key, account_key, points, has_link, has_contact, asks_to_subscribe, asks_to_check_out, asks_to_go, names_own_place, names_own_work, names_money,
    comments_today, account_promotions, substr(text, 1, 200) as excerpt,
    -- one advert is anybody's; a finding is an account that advertises again and again
    case
        when points >= :sure_points and account_promotions >= :min_by_account and account_key <> 'unknown' then least(100e0, 5e0 * (points + account_promotions))
        else 0e0
    end as score
from of_account
where points > 0
