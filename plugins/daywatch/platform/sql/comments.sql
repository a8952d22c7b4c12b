with draws as (
    select *, row_hash('comment', daynum, m, i) as h from (select *, unnest(range(n)) as i from today('comments'))
),

aimed as (
    select draws.*, least(29, floor(-3 * ln(1 - u(h, 2))))::int as age, u(h, 3) as x,
        case when u(h, 10) < 0.08 then 'en' else draws.language end as spoken
    from draws
),

said as (
    select aimed.*, video_id(v.daynum, v.m, floor(v.n * x * x)::bigint) as video_id,
        at_second(aimed.day, day_second(h, 4, aimed.utc_offset)) as event_ts,
        case when u(h, 11) < 0.015 then pick(getvariable('links'), h, 12) end as url_domain
    from aimed
    inner join plan as v on v.name = 'videos' and v.daynum = aimed.daynum - aimed.age and v.m = aimed.m
),

written as (
    select *,
        case
            when url_domain is not null then words(spoken, h) || ' https://' || url_domain || '/' || digits(h, 70, 8)
            when u(h, 13) < 0.30 then word(spoken, 6, h, 14)
            when u(h, 13) < 0.40 then pick(getvariable('emoji'), h, 14)
            when u(h, 13) < 0.55 then word(spoken, 6, h, 14) || ' @' || made_up(h, 60) || ' ' || pick(getvariable('emoji'), h, 15)
            else words(spoken, h)
        end as text
    from said
),

-- the costly normalisation is said once, and used twice
normed as (select *, norm_text(text) as norm from written),

worded as (select *, string_split(norm, ' ') as words from normed)

select
    event_id(daynum, first + i) as comment_id,
    day as ds,
    event_ts,
    account_id(m, heavy(u(h, 1), pop)) as account_id,
    video_id,
    text,
    norm_hash(norm) as text_norm_hash,
    norm_band(words) as minhash_band,
    url_domain,
    case when u(h, 16) >= 0.03 then spoken end as language,
    null as author,
    null as comment_ref,
    arrives(event_ts, h, 17) as ingest_ts
from worded
