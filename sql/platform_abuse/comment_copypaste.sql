-- ---
-- title: Copied comments
-- description: |
--   The same comment text again and again within a month, from one account or many. Two comments are copies when their
--   letters agree at the start or at the end, whatever their case, digits, punctuation and spacing. Each comment is
--   named once: on the day its text has enough copies.
-- owner: spam_oncall
-- status: production
-- severity: medium
-- policy: scope_of_platform_service
-- techniques: ["DISARM:T0084.001", "DISARM:T0049"]
-- grain: [comment_key]
-- columns:
--   comment_key: text
--   account_key: text
--   posted_on: date
--   cluster_key: text
--   copies: bigint
--   accounts: bigint
--   first_seen: date
--   excerpt: text
--   score: double
-- lookback: 28d
-- parameters: {min_letters: 25, key_letters: 30, min_copies: 2, wave_accounts: 10, own_copies: 5}
-- entities:
--   - {type: account, column: account_key, score: score}
--   - {type: comment, column: comment_key, score: score}
-- indicators:
--   copied_comments:
--     value: count(*)
--     kind: count
--     unit: comments
--     breach: {above: 1000, change: {against: same_weekday, direction: up, by: 100%, min_count: 1000}}
--   waves:
--     value: count(distinct cluster_key)
--     filter: accounts >= :wave_accounts
--     kind: count
--     unit: texts
--     breach: {above: 0}
--     severity: high
-- alert:
--   repeat_after: 7d
--   evidence: [score, accounts, copies, first_seen, excerpt, cluster_key]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score`. A text from ten accounts or more within 28 days (`waves`) is an organised wave; a text from
--      one account with many `copies` is a spammer working by hand.
--   2. Read one `excerpt` of each `cluster_key`. A song's words, a chant or a fan campaign is no abuse; an advert is.
--   3. In `comments`, take all of the cluster's `account_key` for the last 28 days from `first_seen`: accounts that
--      write nothing else are spam accounts.
--   4. Spam: remove the comments named in `comment_key`, limit the accounts for seven days, and block the text's
--      `cluster_key` in auto-moderation. Not spam: add an exception for the `cluster_key` that ends in 28 days.
-- blind_spots:
--   - paraphrase that changes both the first and the last key_letters letters (see platform_abuse.comment_paraphrase)
--   - texts with fewer than min_letters letters (honest people repeat short ones)
--   - copies further apart than the lookback
--   - letters swapped for look-alikes of other alphabets
-- false_positives:
--   - quoted lyrics and chain jokes
--   - fan campaigns that agreed on a text
--   - a comment posted twice by a slow connection
-- related: [platform_abuse.comment_promotion, platform_abuse.comment_paraphrase, risk.abuse_pressure]
-- ---
with comments_of_month as (
    -- a platform with numeric ids has comment_id and account_id, others have comment_ref and author
    select
        coalesce(cast(comment_id as varchar(40)), comment_ref) as comment_key,
        coalesce(cast(account_id as varchar(40)), author, 'unknown') as account_key,
        ds as posted_on,
        text,
        -- only letters are left, so that copies with other numbers, smileys and spacing still agree
        translate(
            lower(text),
            '0123456789 .,;:!?''"`´’‘“”…()[]{}<>@#$%^&*+-_=/|~•♥' || chr(92) || chr(9) || chr(10) || chr(13),
            ''
        ) as letters
    from comments
    -- no text has more letters than characters: most comments are too short, and need not be looked at letter by letter
    where ds <= :day and length(text) >= :min_letters
),

text_keys as (
    -- spammers vary the greeting or the closing link, seldom both
    select
        comment_key, account_key, posted_on, text,
        'starts ' || substr(letters, 1, cast(:key_letters as integer)) as text_key
    from comments_of_month
    where length(letters) >= :min_letters and comment_key is not null
    union all
    select
        comment_key, account_key, posted_on, text,
        'ends ' || right(letters, cast(:key_letters as integer)) as text_key
    from comments_of_month
    where length(letters) >= :min_letters and comment_key is not null
),

keys_of_today as (
    select distinct text_key from text_keys where posted_on = :day
),

same_as_today as (
    -- few texts come back, so all that follows is small
    select comment_key, account_key, posted_on, text, text_keys.text_key
    from text_keys
    inner join keys_of_today on keys_of_today.text_key = text_keys.text_key
),

copied_texts as (
    select
        text_key,
        count(distinct comment_key) as copies,
        count(distinct case when posted_on < :day then comment_key end) as earlier_copies,
        count(distinct account_key) as accounts,
        min(posted_on) as first_seen
    from same_as_today
    group by text_key
    having count(distinct comment_key) >= :min_copies
),

newly_copied as (
    -- today's copies, and earlier ones whose text had too few copies until today; a comment that agrees with others in
    -- both ways, or arrived twice, is told once, with its largest group
    select
        comment_key, account_key, posted_on, text, copied_texts.text_key, copies, accounts, first_seen,
        row_number() over (
            partition by comment_key
            order by accounts desc nulls last, copies desc nulls last, copied_texts.text_key, posted_on, account_key, text
        ) as place
    from same_as_today
    inner join copied_texts on copied_texts.text_key = same_as_today.text_key
    where posted_on = :day or earlier_copies < :min_copies
)

select
    comment_key, account_key, posted_on, md5(text_key) as cluster_key, copies, accounts, first_seen,
    substr(text, 1, 200) as excerpt,
    case
        when accounts >= :wave_accounts then least(100e0, 40e0 + accounts)
        when accounts = 1 and copies >= :own_copies then least(40e0, 10e0 + copies)
        else 0e0
    end as score
from newly_copied
where place = 1
