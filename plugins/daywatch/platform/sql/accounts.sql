-- Those who were there at the start (most joined in the last half year), then each day's sign-ups.
with founders as (
    select
        m, j, account_hash(account_id(m, j)) as ah,
        getvariable('first_day')::timestamp
            - to_seconds(1 + floor(case when u(seeded(m, j), 1) < 0.6 then u(seeded(m, j), 2) * 160 else 160 + u(seeded(m, j), 2) * 900 end * 86400)::bigint)
            as created_ts
    from (select m, unnest(range(pop)) as j from plan where name = 'signups' and day = getvariable('first_day'))
),

joined as (
    select m, j, account_hash(account_id(m, j)) as ah, at_second(day, day_second(seeded(m, j), 3, utc_offset)) as created_ts
    from (select m, day, utc_offset, pop + unnest(range(n)) as j from plan where name = 'signups')
),

people as (select * from founders union all select * from joined)

select
    account_id(m, j) as account_id,
    created_ts,
    market,
    ip24(ah, m) || '.' || (1 + floor(u(ah, 15) * 253)::int) as signup_ip,
    case when u(ah, 16) >= 0.005 then ip24(ah, m) end as signup_ip24,
    asn(ah, m) as signup_asn,
    ip_type(ah) as ip_type,
    case when u(ah, 17) >= 0.01 then device(ah) end as signup_device_id,
    pick(['Galaxy A15', 'Galaxy S24', 'iPhone 13', 'iPhone 15', 'iPhone 16', 'Redmi 12', 'Redmi Note 13', 'Moto G54', 'Pixel 8', 'Oppo A58'], ah, 18) as device_model,
    pick(['41.2.1', '41.3.0', '42.0.0', '42.0.2', '42.1.0'], ah, 19) as app_version,
    handle(ah, handle_pattern(ah)) as handle,
    handle_pattern(ah) as handle_pattern,
    case when u(ah, 31) < 0.45 then pick(['gmail.com', 'gmail.com', 'gmail.com', 'outlook.com', 'yahoo.com', 'icloud.com', 'proton.me'], ah, 32) end as email_domain,
    case when u(ah, 31) >= 0.40 then '+' || (20 + 7 * m) || floor(u(ah, 33) * 90 + 10)::int end as phone_prefix,
    case when u(ah, 34) >= 0.08 then pick(['13-17', '18-24', '18-24', '25-34', '25-34', '35-44', '45+'], ah, 35) end as age_band,
    u(ah, 36) < 0.04 as is_business,
    case when u(ah, 37) < 0.958 then 'active' when u(ah, 37) < 0.98 then 'suspended' when u(ah, 37) < 0.985 then 'banned' else 'deleted' end as status,
    case when u(ah, 37) < 0.958 then created_ts
        else created_ts + to_seconds(floor(u(ah, 38) * date_diff('second', created_ts, getvariable('last_day')::timestamp + interval 1 day))::bigint)
    end as status_ts,
    floor(20 * exp(1.8 * bell(ah, 39)) + 400000 * pow(u(ah, 40), 60))::int as follower_count,
    floor(60 * exp(1.2 * bell(ah, 41)))::int as following_count
from people inner join markets using (m)
