-- Each day everybody on shift labels the same 24 items, three of each policy; one item in seven is a hard one.
select
    event_id(daynum, 1) as session_id,
    day as ds,
    item as item_id,
    staff_id(s) as staff_id,
    case when u(h, 1) < sure - bent('unclear', policy_id, day) - bent('unclear', 'all', day) then gold else pick(['approve', 'remove', 'limit', 'age_restrict'], h, 2) end as label,
    gold as gold_label,
    policy_id,
    pick(getvariable('market_names'), seeded('staff', s), 1) as market
from (
    select day, daynum, s, event_id(daynum, 10 + item) as item, row_hash('calibration', daynum, s, item) as h,
        ['scope_of_platform_service', 'scams_and_fraud', 'violence', 'illegal_or_harmful_speech', 'protection_of_minors',
            'unsafe_and_illegal_products', 'cyber_violence', 'self_harm'][1 + item::int % 8] as policy_id,
        case when u(seeded(daynum, item), 2) < 0.15 then 0.8 else 0.96 end as sure,
        pick(['approve', 'approve', 'remove', 'limit', 'age_restrict'], seeded(daynum, item), 1) as gold
    from range(1, getvariable('staff') + 1) as people(s), range(24) as items(item), days_now()
    where staff_role(s) = 'moderator' and works(s, daynum)
)
