select
    ad_id(a, i) as ad_id,
    700000 + a as advertiser_id,
    (700000 + a) * 10 + i // 3 as campaign_id,
    created_ts + to_days(i::int % 3) as created_ts,
    'https://' || landing_domain || '/' || made_up(ih, 20) as landing_url,
    landing_domain,
    -- three in a hundred use one of the shop templates
    case when u(ih, 5) < 0.03 then (hash('template', floor(u(ih, 6) * 20)::int) >> 1)::bigint else (ih >> 1)::bigint end as creative_phash,
    vertical(a) as vertical,
    case when u(ih, 1) < 0.96 then 'approved' else 'rejected' end as review_decision,
    case when u(ih, 2) < 0.85 then 'automod' else 'human_review' end as review_source,
    round(pow(u(ih, 3), 2), 4) as model_score,
    case when u(ih, 1) < 0.96 then created_ts + to_days(i::int % 3) + to_minutes(5 + floor(u(ih, 4) * 600)::int) end as approved_ts,
    market
from (
    select *, seeded('ad', ad_id(a, i)) as ih, made_up(h, 17) || '.example.com' as landing_domain
    from (select *, unnest(range(6)) as i from advertisers_made)
)
where created_ts < getvariable('last_day') - 3
