-- Those of the start, and about one in fifty more each week.
select
    700000 + a as advertiser_id,
    created_ts,
    market,
    upper(made_up(h, 2)) || ' ' || pick(['Ltd', 'Inc', 'GmbH', 'SA', 'Media', 'Trading'], h, 5) as legal_name,
    case when u(h, 6) >= 0.03 then lower(hex(hash(h, 'tax'))) end as tax_id_hash,
    u(h, 7) < 0.8 as verified,
    vertical(a) as industry,
    case when u(h, 9) < 0.3 then 900 + floor(u(h, 10) * 12)::bigint end as agency_id,
    '31.' || floor(u(h, 11) * 250)::int || '.' || floor(u(h, 12) * 250)::int as signup_ip24,
    device(h) as device_id,
    case when u(h, 13) < 0.95 then 'active' when u(h, 13) < 0.985 then 'suspended' else 'banned' end as status,
    case when u(h, 13) < 0.95 then created_ts
        else created_ts + to_seconds(floor(u(h, 16) * date_diff('second', created_ts, getvariable('last_day')::timestamp + interval 1 day))::bigint)
    end as status_ts,
    case when u(h, 14) < 0.4 then round(500 * exp(bell(h, 15)), 0) end as credit_line
from advertisers_made
