-- An advertiser pays about once a day with its one or two cards.
with payers as (
    select day, a, h as ah, market, row_number() over (partition by day, market order by a) - 1 as place, count(*) over (partition by day, market) as payers
    from advertisers_made inner join days_now() on created_ts < day
),

draws as (
    select cells.*, row_hash('payment', daynum, m, i) as h from (select *, unnest(range(n)) as i from today('payments')) as cells
),

charged as (
    select draws.*, payers.a, payers.ah, case when u(draws.h, 2) < 0.85 then 0 else 1 end as card,
        at_second(draws.day, day_second(draws.h, 3, utc_offset)) as event_ts
    from draws inner join payers on payers.day = draws.day and payers.market = draws.market and payers.place = floor(u(draws.h, 1) * payers.payers)::bigint
)

select
    event_id(daynum, first + i) as payment_id,
    day as ds,
    event_ts,
    700000 + a as advertiser_id,
    'c' || lower(hex(hash(ah, card, getvariable('seed')))) as instrument_hash,
    (400000 + floor(u(hash(ah, card), 4) * 900)::int)::varchar as bin,
    case when u(ah, 40) < 0.92 then market else 'US' end as card_country,
    round(30 * exp(0.9 * bell(h, 5)) * (1 + bent('spend', vertical(a), day)), 2) as amount,
    'USD' as currency,
    case when u(h, 6) < 0.93 then 'approved' else 'declined' end as auth_result,
    case when u(h, 6) >= 0.93 then pick(['insufficient_funds', 'insufficient_funds', 'do_not_honor', 'expired_card'], h, 7) end as decline_code,
    case when u(h, 8) < 0.006 then event_ts + to_days(5 + floor(u(h, 9) * 40)::int) end as chargeback_ts,
    arrives(event_ts, h, 10) as ingest_ts
from charged
