with made as (
    select *, video_id(daynum, m, k) as video_id, seeded('video', video_id(daynum, m, k)) as h
    from (select *, unnest(range(n)) as k from plan where name = 'videos')
),

-- one in seven carries the trend that runs in its market
told as (
    select made.*, account_id(made.m, heavy(u(h, 1), pop)) as account_id, words(language, h) as caption,
        case when u(h, 95) < trend_share then tag end as tag, case when u(h, 95) < trend_share then trend_days.sound_id end as trend_sound
    from made left join trend_days() as trend_days on trend_days.m = made.m and trend_days.daynum = made.daynum
)

select
    video_id,
    account_id,
    at_second(day, day_second(h, 2, utc_offset)) as created_ts,
    market,
    case when u(h, 4) >= 0.03 then language end as language,
    floor(8 + 30 * exp(0.6 * bell(h, 5)))::int as duration_s,
    case when u(h, 6) >= 0.06 then caption end as caption,
    case when u(h, 6) >= 0.06 then text_hash(caption) end as caption_minhash,
    case when tag is not null and u(h, 7) < 0.9 then '#' || tag || ' #' || pick(['fyp', 'dance', 'food', 'comedy'], h, 8)
        when u(h, 7) < 0.7
        then '#' || made_up(h, 60) || ' #' || pick(['fyp', 'dance', 'food', 'pets', 'football', 'diy', 'comedy', 'music'], h, 8)
    end as hashtag_set,
    case when u(h, 9) < 0.85 then coalesce(trend_sound, 1 + heavy(u(h, 10), 20000)) end as sound_id,
    (h >> 1)::bigint as phash,
    case when u(h, 53) < 0.03 then pick(getvariable('links'), h, 54) end as external_url_domain,
    case when u(h, 91) < 0.012 then 'removed' when u(h, 91) < 0.02 then 'limited' when u(h, 91) < 0.05 then 'private' else 'live' end as status
from told
